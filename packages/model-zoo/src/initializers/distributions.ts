/** Initial values that do not look at the layer: one number, or independent draws. */

import { normal as standardNormal, uniform as unitUniform } from '@hograd/data/pure';
import { checkFinite, checkSize } from '../models/check.js';
import { type Initializer, sizeOf } from './initializer.js';

/** One number everywhere. Throws GraphError for one that is not finite. */
export const filled = (value: number): Initializer => {
  checkFinite('filled', 'value', value);
  return (parameter) => new Float64Array(sizeOf(parameter)).fill(value);
};

export const zeros: Initializer = filled(0);
export const ones: Initializer = filled(1);

/** N(0, deviation²). Throws GraphError for a deviation that is negative or not finite. */
export const normal = (deviation: number): Initializer => {
  checkSize('normal', 'deviation', deviation);
  return (parameter, key) => {
    const values = standardNormal(key, sizeOf(parameter));
    for (let i = 0; i < values.length; i++) values[i]! *= deviation;
    return values;
  };
};

/** Uniform on [−bound, bound). Throws GraphError for a bound that is negative or not finite. */
export const uniform = (bound: number): Initializer => {
  checkSize('uniform', 'bound', bound);
  return (parameter, key) => {
    const values = unitUniform(key, sizeOf(parameter));
    for (let i = 0; i < values.length; i++) values[i] = bound * (2 * values[i]! - 1);
    return values;
  };
};
