/** GatherND: picks slices by tuples of indices. */

import type { Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { type Shape, sizeOf } from '../shape.js';
import { add } from './add.js';
import { less } from './compare.js';
import { entry } from './entries.js';
import { gather } from './gather.js';
import { dimScalar, iota } from './iota.js';
import { mul } from './mul.js';
import { reshape } from './reshape.js';
import { where } from './where.js';

/** Length of the tuples on the last axis of the indices; GraphError where it is no number or reaches beyond the operand. */
const tupleLength = (operation: string, x: Expr, indices: Expr, batch: number): number => {
  const length = indices.shape.at(-1);
  const fits = batch >= 0 && batch < indices.shape.length;
  if (!fits || typeof length !== 'number' || length < 1 || batch + length > x.shape.length) {
    throw new GraphError(
      operation,
      `the last axis of the indices ${describe(indices)} must be a number of axes of ${describe(x)}${batch ? ` after the first ${batch}` : ''}`,
    );
  }
  return length;
};

/**
 * Row-major positions [...i] in an array of shape [...b, ...n] of index tuples [...i, n.length] whose first axes run along
 * b. Negative indices count from the end.
 */
export const flatPositions = (
  operation: string,
  x: Expr,
  indices: Expr,
  batch = 0,
): { positions: Expr; box: Shape } => {
  const length = tupleLength(operation, x, indices, batch);
  const box = x.shape.slice(0, batch + length);
  const outer = indices.shape.slice(0, -1);
  const component = (k: number): Expr => {
    const size = box[k]!;
    if (k < batch) return reshape(iota(size), [size, ...outer.slice(k + 1).map(() => 1)]);
    const index = entry(indices, outer.length, k - batch);
    return where(less(index, 0), add(index, dimScalar(size)), index);
  };
  const positions = box
    .map((_, k) => k)
    .reduce<Expr | undefined>((sum, k) => {
      const own = component(k);
      return sum === undefined ? own : add(mul(sum, dimScalar(box[k]!)), own);
    }, undefined);
  return { positions: positions!, box };
};

/**
 * y[...i] = x[...b, ...indices[...i]]: the last axis of the int64 indices holds a tuple that picks a slice of x; the first
 * `batch` axes of both run together. Negative indices count from the end. Throws GraphError where tuples are too long.
 */
export const gatherND = (x: Expr, indices: Expr, batch = 0): Expr => {
  const { positions, box } = flatPositions('gatherND', x, indices, batch);
  const rest: readonly Dim[] = x.shape.slice(box.length);
  return gather(reshape(x, [sizeOf(box), ...rest]), positions, 0);
};
