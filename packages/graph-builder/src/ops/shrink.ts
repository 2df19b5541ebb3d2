/** Shrink: elements near zero become zero, the others move towards it (hard and soft shrinkage). */

import { type Expr, isFloat } from '../expr.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater, less } from './compare.js';
import { constant } from './constant.js';
import { sub } from './sub.js';
import { where } from './where.js';

/**
 * x + bias where x < −λ, x − bias where x > λ, 0 between, elementwise; the derivative at −λ and λ is 0 (PyTorch's convention).
 * Integers are shrunk in float64 and rounded towards zero.
 */
export const shrink = (x: Expr, lambda = 0.5, bias = 0): Expr => {
  if (!isFloat(x.dtype)) return cast(shrink(cast(x, 'float64'), lambda, bias), x.dtype);
  const above = where(greater(x, lambda), sub(x, bias), constant(0, x.dtype));
  return where(less(x, -lambda), add(x, bias), above);
};
