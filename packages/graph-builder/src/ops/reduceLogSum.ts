/** Logarithms of sums along axes. */

import type { Expr } from '../expr.js';
import { normalizeAxis } from '../shape.js';
import { add } from './add.js';
import { exp } from './exp.js';
import { maximum, minimum } from './extremum.js';
import { floor } from './floor.js';
import { log } from './log.js';
import { reduceMax } from './reduceExtremum.js';
import { keptShape, reduceSum } from './reduceSum.js';
import { reshape } from './reshape.js';
import { sub } from './sub.js';

/** ln Σx over the given axes (default: all), which are removed; NaN where the sum is negative. */
export const reduceLogSum = (x: Expr, axes?: readonly number[]): Expr => log(reduceSum(x, axes));

/** Within float32, so that a shift by an infinite maximum does not give ∞ − ∞. */
const FINITE = 3e38;

/**
 * ln Σeˣ over the given axes (default: all), which are removed, without overflow. The shift is the maximum rounded down: it
 * keeps every exponential at most e and, being constant between integers, adds nothing to the derivatives.
 */
export const reduceLogSumExp = (x: Expr, axes: readonly number[] = x.shape.map((_, axis) => axis)): Expr => {
  const positive = axes.map((axis) => normalizeAxis('reduceLogSumExp', axis, x.shape.length));
  const shift = maximum(minimum(floor(reduceMax(x, positive)), FINITE), -FINITE);
  const shifted = sub(x, reshape(shift, keptShape(x, positive)));
  return add(log(reduceSum(exp(shifted), positive)), shift);
};
