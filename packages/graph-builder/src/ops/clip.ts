/** Clip: holds x between two bounds. */

import { lift } from '../classes/elementwise.js';
import { commonDType, type Expr, isFloat, requireNumbers } from '../expr.js';
import { cast } from './cast.js';
import { greaterOrEqual, lessOrEqual } from './compare.js';
import { maximum, minimum } from './extremum.js';
import { where } from './where.js';

/** Integers of 8 and 16 bits as 32, where ONNX Runtime has Max and Min. */
const wide = (x: Expr): Expr => (/(8|16)$/.test(x.dtype) ? cast(x, 'int32') : x);

/** The same for integers, which have no derivative. */
const clipInteger = (x: Expr, lower?: Expr, upper?: Expr): Expr => {
  const atLeast = lower === undefined ? wide(x) : maximum(wide(x), wide(lower));
  return cast(upper === undefined ? atLeast : minimum(atLeast, wide(upper)), x.dtype);
};

/**
 * min(max(x, lower), upper), broadcasting; a bound that is undefined does not bind, and where they cross the upper one holds. At
 * the edges and beyond them the derivative goes to the bound (PyTorch's convention for clamp, relu6 and hardtanh), which Max and Min would not give.
 * Throws GraphError where x is bool, a bound is of another type, or a number that the type does not hold.
 */
export function clip(x: Expr, lower?: Expr | number, upper?: Expr | number): Expr {
  requireNumbers('clip', x);
  const [least, most] = [lower, upper].map((bound) => (bound === undefined ? undefined : lift('clip', bound, x)));
  commonDType('clip', [x, ...[least, most].filter((bound) => bound !== undefined)]);
  if (!isFloat(x.dtype)) return clipInteger(x, least, most);
  const atLeast = least === undefined ? x : where(lessOrEqual(x, least), least, x);
  return most === undefined ? atLeast : where(greaterOrEqual(atLeast, most), most, atLeast);
}
