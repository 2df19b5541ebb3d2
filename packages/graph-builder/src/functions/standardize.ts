/** Standardization: elements less their mean, over their standard deviation, along axes; what normalisations share. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { mul, square } from '../ops/mul.js';
import { reciprocal } from '../ops/reciprocal.js';
import { keptShape } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { sqrt } from '../ops/sqrt.js';
import { sub } from '../ops/sub.js';
import { mean } from './mean.js';

/** Elements standardized, and the statistics they were standardized by; those have length 1 on the axes they were taken over. */
export interface Standardized {
  readonly value: Expr;
  readonly mean: Expr;
  /** Mean square of the differences from the mean (the population's variance, not the sample's). */
  readonly variance: Expr;
  /** 1/√(variance + ε). */
  readonly inverseDeviation: Expr;
}

/** Mean over axes, which stay with length 1. */
export const keptMean = (x: Expr, axes: readonly number[]): Expr => reshape(mean(x, axes), keptShape(x, axes));

/** 1/√(variance + ε). */
export const inverseDeviation = (variance: Expr, epsilon: number): Expr => reciprocal(sqrt(add(variance, epsilon)));

/** (x − mean)/√(variance + ε) along `axes` (0..rank−1). The variance is taken of differences from the mean: no cancellation. */
export const standardize = (x: Expr, axes: readonly number[], epsilon: number): Standardized => {
  const centre = keptMean(x, axes);
  const centred = sub(x, centre);
  const variance = keptMean(square(centred), axes);
  const inverse = inverseDeviation(variance, epsilon);
  return { value: mul(centred, inverse), mean: centre, variance, inverseDeviation: inverse };
};

/** value·scale + bias, where either may be left out. */
export const affine = (value: Expr, scale: Expr | undefined, bias: Expr | undefined): Expr => {
  const scaled = scale ? mul(value, scale) : value;
  return bias ? add(scaled, bias) : scaled;
};

/** One number a channel, aligned with axis 1 of a tensor of the given rank. */
export const perChannel = (values: Expr, rank: number): Expr =>
  reshape(values, [...values.shape, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)]);
