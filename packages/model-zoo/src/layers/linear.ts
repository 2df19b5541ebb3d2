/** A fully connected layer. */

import { add, matmul, transpose } from '@hograd/graph-builder';
import { zeros } from '../initializers/distributions.js';
import type { Initializer } from '../initializers/initializer.js';
import type { ParameterSpec } from '../model.js';
import { type Layer, parameterNamed } from './layer.js';

export interface LinearOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Of the weight. */
  readonly weight: Initializer;
  /** Default zeros. */
  readonly bias?: Initializer;
}

/** x [N, …, inputs] to x·Wᵀ + b [N, …, outputs] with W = `name.weight` [outputs, inputs] and b = `name.bias`. */
export const linear = (name: string, { inputs, outputs, weight, bias = zeros }: LinearOptions): Layer => {
  const fans = { fanIn: inputs, fanOut: outputs };
  const W: ParameterSpec = {
    name: `${name}.weight`,
    shape: [outputs, inputs],
    kind: 'weight',
    ...fans,
    initializer: weight,
  };
  const b: ParameterSpec = { name: `${name}.bias`, shape: [outputs], kind: 'bias', ...fans, initializer: bias };
  return {
    parameters: [W, b],
    forward: (parameters, x) => add(matmul(x, transpose(parameterNamed(parameters, W))), parameterNamed(parameters, b)),
  };
};
