/** Logarithms of sums along axes. */

import { type Expr, requireFloat } from '../expr.js';
import { normalizeAxis } from '../shape.js';
import type { DType } from '../tensor.js';
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

/** Within the type, so that a shift by an infinite maximum does not give ∞ − ∞. */
const FINITE: Readonly<Partial<Record<DType, number>>> = { float32: 3e38, float64: 1.7e308 };

/**
 * ln Σeˣ over the given axes (default: all), which are removed, without overflow. The shift is the maximum rounded down: it
 * keeps every exponential at most e and, being constant between integers, adds nothing to the derivatives.
 */
export const reduceLogSumExp = (x: Expr, axes: readonly number[] = x.shape.map((_, axis) => axis)): Expr => {
  const positive = axes.map((axis) => normalizeAxis('reduceLogSumExp', axis, x.shape.length));
  requireFloat('reduceLogSumExp', x);
  const finite = FINITE[x.dtype]!;
  const shift = maximum(minimum(floor(reduceMax(x, positive)), finite), -finite);
  const shifted = sub(x, reshape(shift, keptShape(x, positive)));
  return add(log(reduceSum(exp(shifted), positive)), shift);
};
