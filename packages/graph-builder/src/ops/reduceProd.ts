/** ReduceProd: the product along axes, as a tree of pairwise products. */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { normalizeAxis } from '../shape.js';
import { concat } from './concat.js';
import { constant } from './constant.js';
import { expand } from './expand.js';
import { mul } from './mul.js';
import { reshape } from './reshape.js';
import { sliceAxis } from './slice.js';
import { transpose } from './transpose.js';

/**
 * Π over the given axes (default: all), which are removed. Halving the axis log₂ n times keeps derivatives of every order exact
 * where elements are 0, which y/x would not. Throws GraphError where an axis has no fixed length.
 */
export function reduceProd(x: Expr, axes: readonly number[] = x.shape.map((_, axis) => axis)): Expr {
  const positive = [...new Set(axes.map((axis) => normalizeAxis('reduceProd', axis, x.shape.length)))];
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !positive.includes(axis));
  let count = 1;
  for (const axis of positive) {
    const length = x.shape[axis]!;
    if (typeof length !== 'number')
      throw new GraphError(
        'reduceProd',
        `axis ${axis} of ${describe(x)} has no fixed length; give that dimension a number`,
      );
    count *= length;
  }
  const shape = kept.map((axis) => x.shape[axis]!);
  if (count === 0) return expand(constant(1, x.dtype), shape);
  let factors = reshape(transpose(x, [...kept, ...positive]), [...shape, count]);
  const last = kept.length;
  while (count > 1) {
    const half = Math.floor(count / 2);
    const pairs = mul(sliceAxis(factors, last, 0, half), sliceAxis(factors, last, half, half));
    factors = count % 2 === 0 ? pairs : concat([pairs, sliceAxis(factors, last, count - 1, 1)], last);
    count -= half;
  }
  return reshape(factors, shape);
}
