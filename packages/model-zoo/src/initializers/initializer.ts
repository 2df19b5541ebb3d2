/** Initial values as functions of a parameter and a key, and how they are put together. */

import type { RandomKey } from '@hograd/data/pure';
import { elementCount, requireKnown } from '@hograd/graph-builder';
import type { ParameterKind, ParameterSpec } from '../model.js';
import { checkFinite } from '../models/check.js';

/**
 * The initial values of a parameter, row-major, as many as its shape holds. Equal parameters and keys give equal numbers on
 * every machine; different keys give independent ones.
 */
export type Initializer = (parameter: ParameterSpec, key: RandomKey) => Float64Array;

/** How many numbers a parameter holds. */
export const sizeOf = ({ shape }: Pick<ParameterSpec, 'shape'>): number => elementCount(shape);

/** The initial values that the model was described with. */
export const own: Initializer = (parameter, key) => parameter.initializer(parameter, key);

/**
 * An initializer for each kind of parameter; kinds that are not named get `otherwise` (default: the model's own). Throws GraphError for a
 * kind that there is not.
 */
export const byKind = (
  kinds: Readonly<Partial<Record<ParameterKind, Initializer>>>,
  otherwise: Initializer = own,
): Initializer => {
  requireKnown('byKind', kinds, { weight: true, bias: true, scale: true, shift: true, embedding: true });
  return (parameter, key) => (kinds[parameter.kind] ?? otherwise)(parameter, key);
};

/** The values of an initializer, multiplied by a number. Throws GraphError for one that is not finite. */
export const scaled = (factor: number): ((initializer: Initializer) => Initializer) => {
  checkFinite('scaled', 'factor', factor);
  return (initializer) => (parameter, key) => initializer(parameter, key).map((value) => factor * value);
};
