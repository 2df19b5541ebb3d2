/** Import of RNN: Hₜ = f(Xₜ·Wᵀ + Hₜ₋₁·Rᵀ + b). */

import { add } from '../../../ops/add.js';
import { matmul } from '../../../ops/matmul.js';
import type { Importer } from '../../importer.js';
import { unroll } from './unroll.js';

/** Outputs Y and Y_h; shapes and failures as for `unroll`. Source: onnx.ai/onnx/operators/onnx__RNN.html. */
export const rnn: Importer = (n) =>
  unroll(n, {
    gates: 1,
    activations: ['Tanh'],
    states: [5],
    cell: ({ recurrent, biases, activations: [f], clipped }) => ({
      bias: biases && add(...biases),
      step: (x, [h]) => [f!(clipped(add(x, matmul(h!, recurrent))))],
    }),
  });
