/** Initial values of a model's parameters. */

import { GraphError, type Tensor, tensor } from '@hograd/graph-builder';
import type { Model } from './model.js';
import { normalSource } from './normal.js';

export interface InitializeOptions {
  /** A whole number in 0 … 2³² − 1. */
  readonly seed: number;
  /** Default float32. */
  readonly dtype?: 'float32' | 'float64';
}

/**
 * Parameters by name: weights N(0, deviation²), that is N(0, σ_w²/fan_in) in the standard parameterisation, and biases 0
 * (arXiv 2312.03885, experiments). The same seed gives the same numbers, in float32 those of float64 rounded. Throws GraphError for
 * a seed out of range.
 */
export const initialize = (
  model: Model,
  { seed, dtype = 'float32' }: InitializeOptions,
): ReadonlyMap<string, Tensor> => {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new GraphError('initialize', `seed is ${seed}; it must be a whole number from 0 to ${2 ** 32 - 1}`);
  }
  const normal = normalSource(seed);
  return new Map(
    model.parameters.map(({ name, shape, deviation }) => {
      const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
      if (deviation > 0) for (let i = 0; i < values.length; i++) values[i] = deviation * normal();
      return [name, tensor(values, shape, dtype)];
    }),
  );
};
