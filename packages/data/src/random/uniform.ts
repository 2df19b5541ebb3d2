/** Uniform numbers in [0, 1). */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { requireCount } from './count.js';
import { generatorAt, type RandomKey } from './key.js';

/**
 * `length` independent uniform numbers in [0, 1), multiples of 2⁻⁵³. The same bits on every machine.
 * Throws RangeError for a length that is not a whole number from 0, and as `generatorAt`.
 */
export const uniform = (key: RandomKey, length: number): Float64Array<ArrayBuffer> => {
  const generator = generatorAt(key);
  const values = new Float64Array(requireCount(length));
  for (let i = 0; i < length; i++) values[i] = uniformFloat64(generator);
  return values;
};
