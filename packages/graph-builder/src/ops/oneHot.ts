/** OneHot: indices as vectors that are on in one place. */

import type { Dim } from '../dim.js';
import type { Expr } from '../expr.js';
import { normalizeAxis } from '../shape.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { equal, less } from './compare.js';
import { dimScalar, iota } from './iota.js';
import { reshape } from './reshape.js';
import { where } from './where.js';

/**
 * A new axis (default the last) of length `depth`: `on` where its position is the index, `off` elsewhere; both are scalars of
 * one type. Negative indices count from the end; one outside −depth..depth−1 is off everywhere.
 */
export const oneHot = (indices: Expr, depth: Dim, on: Expr, off: Expr, axis = -1): Expr => {
  const rank = indices.shape.length;
  const at = normalizeAxis('oneHot', axis, rank + 1);
  const whole = cast(indices, 'int64');
  const positive = where(less(whole, 0), add(whole, dimScalar(depth)), whole);
  const spread = reshape(positive, [...indices.shape.slice(0, at), 1, ...indices.shape.slice(at)]);
  const positions = reshape(iota(depth), [depth, ...new Array<number>(rank - at).fill(1)]);
  return where(equal(spread, positions), on, off);
};
