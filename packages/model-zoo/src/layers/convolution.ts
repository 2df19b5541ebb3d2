/** A layer of two-dimensional convolutions. */

import { add, conv, reshape } from '@hograd/graph-builder';
import { zeros } from '../initializers/distributions.js';
import type { Initializer } from '../initializers/initializer.js';
import type { ParameterSpec } from '../model.js';
import { type Layer, parameterNamed } from './layer.js';

export interface ConvolutionOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each side; default none. */
  readonly padding?: number;
  /** Of the kernels. */
  readonly weight: Initializer;
  /** Whether each output channel has a bias, zero at first (default). */
  readonly bias?: boolean;
}

/** x [N, inputs, h, w] to [N, outputs, h′, w′] by `name.weight` [outputs, inputs, kernel, kernel] and `name.bias` [outputs]. */
export const convolution = (name: string, options: ConvolutionOptions): Layer => {
  const { inputs, outputs, kernel, stride = 1, padding = 0, weight, bias = true } = options;
  const fans = { fanIn: inputs * kernel ** 2, fanOut: outputs * kernel ** 2 };
  const W: ParameterSpec = {
    name: `${name}.weight`,
    shape: [outputs, inputs, kernel, kernel],
    kind: 'weight',
    ...fans,
    initializer: weight,
  };
  const b: ParameterSpec = { name: `${name}.bias`, shape: [outputs], kind: 'bias', ...fans, initializer: zeros };
  const window = { strides: [stride, stride], padsBefore: [padding, padding] };
  return {
    parameters: bias ? [W, b] : [W],
    forward: (parameters, x) => {
      const y = conv(x, parameterNamed(parameters, W), window);
      return bias ? add(y, reshape(parameterNamed(parameters, b), [outputs, 1, 1])) : y;
    },
  };
};
