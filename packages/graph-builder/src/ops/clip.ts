/** Clip: holds x between two bounds. */

import { lift } from '../classes/elementwise.js';
import type { Expr } from '../expr.js';
import { greater, less } from './compare.js';
import { where } from './where.js';

/**
 * min(max(x, lower), upper), broadcasting; a bound that is undefined does not bind, and where they cross the upper one holds. At
 * the edges the derivative goes to x; beyond them to the bound (PyTorch's convention), which Max and Min would not give.
 */
export function clip(x: Expr, lower?: Expr | number, upper?: Expr | number): Expr {
  const atLeast = lower === undefined ? x : where(less(x, lower), lift(lower, x), x);
  return upper === undefined ? atLeast : where(greater(atLeast, upper), lift(upper, x), atLeast);
}
