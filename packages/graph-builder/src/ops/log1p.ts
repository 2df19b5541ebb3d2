/** ln(1 + x) without cancellation near 0, as a composition of primitives. */

import type { Expr } from '../expr.js';
import { add } from './add.js';
import { equal } from './compare.js';
import { constant } from './constant.js';
import { log } from './log.js';
import { mul } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { sub } from './sub.js';
import { where } from './where.js';

/**
 * ln(1 + x), elementwise, to a few units in the last place for x > −1. With w = fl(1 + x), ln(w)·x/(w − 1) cancels the rounding
 * of w (Kahan; Higham, Accuracy and Stability of Numerical Algorithms, §1.14.1). Meant for values: where w rounds to 1 the
 * derivatives are those of x.
 */
export const log1p = (x: Expr): Expr => {
  const w = add(x, 1);
  const one = constant(1, x.dtype);
  const exact = equal(w, one);
  // The divisor is replaced where it is 0, so that what is not taken is no NaN.
  const divisor = where(exact, one, sub(w, one));
  // Also ∞, of which the last would be NaN.
  const large = equal(w, x);
  return where(exact, x, where(large, log(w), mul(log(w), mul(x, reciprocal(divisor)))));
};
