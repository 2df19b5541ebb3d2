/** Initial values of a model's parameters. */

import { GraphError, type OptionNames, requireKnown, type Tensor } from '@hograd/graph-builder';
import { type Initializer, own, sizeOf } from './initializers/initializer.js';
import type { Model } from './model.js';

/** Options of `initialize`. */
export interface InitializeOptions {
  /** A whole number in 0 … 2⁵³ − 1. */
  readonly seed: number;
  /** Default float32. */
  readonly dtype?: 'float32' | 'float64';
  /** Default: each parameter's own, as the model was described. */
  readonly initializer?: Initializer;
}

const INITIALIZE_OPTIONS: OptionNames<InitializeOptions> = { seed: true, dtype: true, initializer: true };

/**
 * Parameters by name. The numbers of a parameter depend on the seed, its name and its shape and on nothing else, so a
 * layer more or less leaves the others as they were; they are the same on every machine, in float32 those of float64
 * rounded. Throws GraphError for a seed that is no whole number in 0 … 2⁵³ − 1, for an option that is unknown, and for an
 * initializer that gives another number of values than a parameter has.
 */
export const initialize = (
  model: Pick<Model, 'parameters'>,
  options: InitializeOptions,
): ReadonlyMap<string, Tensor> => {
  requireKnown('initialize', options, INITIALIZE_OPTIONS);
  const { seed, dtype = 'float32', initializer = own } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new GraphError(
      'initialize',
      `seed is ${seed}; it must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  return new Map(
    model.parameters.map((parameter) => {
      const { name, shape } = parameter;
      const values = initializer(parameter, [seed, 'parameter', name]);
      const size = sizeOf(parameter);
      if (values.length !== size) {
        const message = `the initializer gives ${values.length} values for "${name}"; shape [${shape.join(', ')}] takes ${size}`;
        throw new GraphError('initialize', message);
      }
      const value: Tensor =
        dtype === 'float64'
          ? { dtype, shape, data: values }
          : { dtype: 'float32', shape, data: new Float32Array(values) };
      return [name, value];
    }),
  );
};
