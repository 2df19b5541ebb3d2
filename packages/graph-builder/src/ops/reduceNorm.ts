/** Norms and sums of powers along axes. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat } from '../expr.js';
import { abs } from './abs.js';
import { cast } from './cast.js';
import { equal } from './compare.js';
import { constant } from './constant.js';
import { square } from './mul.js';
import { pow } from './pow.js';
import { reduceSum } from './reduceSum.js';
import { sqrt } from './sqrt.js';
import { where } from './where.js';

/** |x|^p, elementwise. Throws GraphError unless p is a whole number, 1 or more, and x floating-point where it is more. */
export const absolutePower = (operation: string, x: Expr, p: number): Expr => {
  if (!Number.isInteger(p) || p < 1 || (p > 1 && !isFloat(x.dtype))) {
    throw new GraphError(operation, `p = ${p} over ${describe(x)}; p must be 1, or more for floating-point operands`);
  }
  if (p === 1) return abs(x);
  return pow(p % 2 === 0 ? x : abs(x), p);
};

/** s^(1/p) of a sum s of pth powers; where s is 0 the derivative is 0 (PyTorch's convention). */
export const rootOfPowers = (sum: Expr, p: number): Expr => {
  if (p === 1) return sum;
  const zero = equal(sum, 0);
  // The root is taken of 1 in place of 0, so that the infinite derivative that is not taken cannot turn into NaN.
  const safe = where(zero, constant(1, sum.dtype), sum);
  return where(zero, constant(0, sum.dtype), pow(safe, 1 / p));
};

/** (Σ|x|^p)^(1/p) over the given axes (default: all), which are removed; where all elements are 0 the derivative is 0. */
export const reduceLp = (x: Expr, p: number, axes?: readonly number[]): Expr =>
  rootOfPowers(reduceSum(absolutePower('reduceLp', x, p), axes), p);

/** Σ|x| over the given axes (default: all), which are removed; the derivative in an element that is 0 is 0. */
export const reduceL1 = (x: Expr, axes?: readonly number[]): Expr => reduceLp(x, 1, axes);

/**
 * √Σx² over the given axes (default: all), which are removed; where all elements are 0 the derivative is 0 (PyTorch's convention). Of
 * integers it is one, rounded towards zero, and has no derivative.
 */
export const reduceL2 = (x: Expr, axes?: readonly number[]): Expr =>
  isFloat(x.dtype) ? reduceLp(x, 2, axes) : cast(sqrt(reduceSum(square(cast(x, 'float64')), axes)), x.dtype);

/** Σx² over the given axes (default: all), which are removed. */
export const reduceSumSquare = (x: Expr, axes?: readonly number[]): Expr => reduceSum(square(x), axes);
