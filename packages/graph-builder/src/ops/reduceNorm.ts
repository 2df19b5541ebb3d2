/** Norms and sums of squares along axes. */

import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { equal } from './compare.js';
import { constant } from './constant.js';
import { square } from './mul.js';
import { reduceSum } from './reduceSum.js';
import { sqrt } from './sqrt.js';
import { where } from './where.js';

/** Σ|x| over the given axes (default: all), which are removed; the derivative in an element that is 0 is 0. */
export const reduceL1 = (x: Expr, axes?: readonly number[]): Expr => reduceSum(abs(x), axes);

/** Σx² over the given axes (default: all), which are removed. */
export const reduceSumSquare = (x: Expr, axes?: readonly number[]): Expr => reduceSum(square(x), axes);

/** √Σx² over the given axes (default: all), which are removed; where all elements are 0 the derivative is 0 (PyTorch's convention). */
export const reduceL2 = (x: Expr, axes?: readonly number[]): Expr => {
  const squares = reduceSumSquare(x, axes);
  const zero = equal(squares, 0);
  // The root is taken of 1 in place of 0, so that the infinite derivative that is not taken cannot turn into NaN.
  const safe = where(zero, constant(1, x.dtype), squares);
  return where(zero, constant(0, x.dtype), sqrt(safe));
};
