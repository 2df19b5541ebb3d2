/** Batch normalisation: each channel by statistics of the batch, or by statistics given. */

import type { Expr } from '../expr.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { sub } from '../ops/sub.js';
import { affine, inverseDeviation, perChannel, standardize } from './standardize.js';

/** What a batch is normalised to, and the statistics [C] it was normalised by. */
export interface BatchNormalized {
  readonly value: Expr;
  readonly mean: Expr;
  /** The population's variance. */
  readonly variance: Expr;
}

/**
 * (x − mean)/√(variance + ε)·scale + bias for x [N, C, ...], mean and variance taken over all axes but the channels;
 * scale and bias are [C]. Training mode: the derivative goes through the statistics (Ioffe and Szegedy, 2015). Throws GraphError where they are of another length or type.
 */
export const batchNorm = (x: Expr, scale: Expr, bias: Expr, epsilon = 1e-5): BatchNormalized => {
  const rank = x.shape.length;
  const { value, mean, variance } = standardize(
    x,
    x.shape.map((_, axis) => axis).filter((axis) => axis !== 1),
    epsilon,
  );
  return {
    value: affine(value, perChannel(scale, rank), perChannel(bias, rank)),
    mean: reshape(mean, scale.shape),
    variance: reshape(variance, scale.shape),
  };
};

/** The same by given statistics: all of scale, bias, mean and variance are [C]. Inference mode. Throws GraphError where one is of another length or type. */
export const batchNormInference = (
  x: Expr,
  scale: Expr,
  bias: Expr,
  mean: Expr,
  variance: Expr,
  epsilon = 1e-5,
): Expr => {
  const rank = x.shape.length;
  // Scale and deviation are one factor a channel, computed once and not at every element.
  const factor = mul(scale, inverseDeviation(variance, epsilon));
  return affine(sub(x, perChannel(mean, rank)), perChannel(factor, rank), perChannel(bias, rank));
};
