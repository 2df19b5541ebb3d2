/** Group and instance normalisation: each sample's channels in groups, or one by one. */

import { divideDimsExactly } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { reshape } from '../ops/reshape.js';
import { sizeOf } from '../shape.js';
import { affine, perChannel, standardize } from './standardize.js';

/** Groups of consecutive channels of x [N, C, ...] standardized, without scale and bias. */
export const standardizeGroups = (x: Expr, groups: number, epsilon: number): Expr => {
  const [batch, channels, ...rest] = x.shape;
  const each = channels === undefined ? undefined : divideDimsExactly(channels, groups);
  if (each === undefined)
    throw new GraphError('groupNorm', `${describe(x)} has no axis 1 that divides into ${groups} groups of channels`);
  const grouped = reshape(x, [batch!, groups, sizeOf([each, ...rest])]);
  return reshape(standardize(grouped, [2], epsilon).value, x.shape);
};

/**
 * Each sample's channels in `groups` groups of consecutive ones, standardized over a group's channels and positions; scale
 * and bias are [C] (Wu and He, 2018). Throws GraphError where the channels of x [N, C, ...] do not divide into groups.
 */
export const groupNorm = (x: Expr, groups: number, scale: Expr, bias: Expr, epsilon = 1e-5): Expr => {
  const rank = x.shape.length;
  return affine(standardizeGroups(x, groups, epsilon), perChannel(scale, rank), perChannel(bias, rank));
};

/** Each channel of each sample of x [N, C, ...] standardized over its positions; scale and bias are [C] (Ulyanov et al., 2016). Throws GraphError where they are not. */
export const instanceNorm = (x: Expr, scale: Expr, bias: Expr, epsilon = 1e-5): Expr => {
  const rank = x.shape.length;
  const spatial = x.shape.map((_, axis) => axis).slice(2);
  return affine(standardize(x, spatial, epsilon).value, perChannel(scale, rank), perChannel(bias, rank));
};
