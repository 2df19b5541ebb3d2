/** Clip: holds x between two bounds. */

import { lift } from '../classes/elementwise.js';
import { type Expr, isFloat } from '../expr.js';
import { cast } from './cast.js';
import { greaterOrEqual, lessOrEqual } from './compare.js';
import { maximum, minimum } from './extremum.js';
import { where } from './where.js';

/** Integers of 8 and 16 bits as 32, where ONNX Runtime has Max and Min. */
const wide = (x: Expr): Expr => (/(8|16)$/.test(x.dtype) ? cast(x, 'int32') : x);

/** The same for integers, which have no derivative. */
const clipInteger = (x: Expr, lower?: Expr | number, upper?: Expr | number): Expr => {
  const atLeast = lower === undefined ? wide(x) : maximum(wide(x), wide(lift('clip', lower, x)));
  return cast(upper === undefined ? atLeast : minimum(atLeast, wide(lift('clip', upper, x))), x.dtype);
};

/**
 * min(max(x, lower), upper), broadcasting; a bound that is undefined does not bind, and where they cross the upper one holds. At
 * the edges and beyond them the derivative goes to the bound (PyTorch's convention for clamp, relu6 and hardtanh), which Max and Min would not give.
 */
export function clip(x: Expr, lower?: Expr | number, upper?: Expr | number): Expr {
  if (!isFloat(x.dtype)) return clipInteger(x, lower, upper);
  const atLeast = lower === undefined ? x : where(lessOrEqual(x, lower), lift('clip', lower, x), x);
  return upper === undefined ? atLeast : where(greaterOrEqual(atLeast, upper), lift('clip', upper, x), atLeast);
}
