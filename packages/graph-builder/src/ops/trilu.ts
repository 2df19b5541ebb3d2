/** Trilu: the upper or lower triangle of matrices. */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import type { Shape } from '../shape.js';
import { greaterOrEqual, lessOrEqual } from './compare.js';
import { constant } from './constant.js';
import { iota } from './iota.js';
import { and } from './logic.js';
import { reshape } from './reshape.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** Where a matrix of that shape [m, n] has its column at least (upper) or at most (lower) its row plus `diagonal` (int64). */
export const triangle = ([rows, columns]: Shape, upper: boolean, diagonal: Expr | number = 0): Expr => {
  const offset = sub(iota(columns!), reshape(iota(rows!), [rows!, 1]));
  return upper ? greaterOrEqual(offset, diagonal) : lessOrEqual(offset, diagonal);
};

/**
 * The upper (or lower) triangle of the last two axes of x, zeros (or false) elsewhere. `diagonal` moves its edge up; it may
 * be an int64 scalar computed from data. Throws GraphError on fewer than two axes.
 */
export const trilu = (x: Expr, upper = true, diagonal: Expr | number = 0): Expr => {
  if (x.shape.length < 2) throw new GraphError('trilu', `${describe(x)} is no matrix; it needs two axes at least`);
  const kept = triangle(x.shape.slice(-2), upper, diagonal);
  return x.dtype === 'bool' ? and(x, kept) : where(kept, x, constant(0, x.dtype));
};
