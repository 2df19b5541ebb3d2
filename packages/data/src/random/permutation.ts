/** Random orders. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { requireCount } from './count.js';
import { generatorAt, type RandomKey } from './key.js';

/**
 * 0 … size − 1 in a uniformly random order (Fisher and Yates' shuffle). Throws RangeError for a size that is not a whole number from 0,
 * and as `generatorAt`.
 */
export const permutation = (key: RandomKey, size: number): Uint32Array<ArrayBuffer> => {
  const generator = generatorAt(key);
  const order = Uint32Array.from({ length: requireCount(size) }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = uniformInt(generator, 0, i);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
};
