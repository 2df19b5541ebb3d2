/** A tensor as its entries or parts along an axis, and back. */

import { addDims, type Dim } from '../dim.js';
import type { Expr } from '../expr.js';
import { concat } from './concat.js';
import { reshape } from './reshape.js';
import { sliceAxis } from './slice.js';

/** Entry i of an axis, which is then gone. */
export const entry = (x: Expr, axis: number, i: number): Expr =>
  reshape(
    sliceAxis(x, axis, i, 1),
    x.shape.filter((_, k) => k !== axis),
  );

/** Tensors of one shape as the entries of a new axis, which takes its place among theirs. */
export const joined = (parts: readonly Expr[], axis: number): Expr =>
  concat(
    parts.map((part) => reshape(part, part.shape.toSpliced(axis, 0, 1))),
    axis,
  );

/** Parts of an axis that lie one behind the other from its beginning, of the given sizes. */
export const parted = (x: Expr, axis: number, sizes: readonly Dim[]): readonly Expr[] => {
  let start: Dim = 0;
  return sizes.map((size) => {
    const part = sliceAxis(x, axis, start, size);
    start = addDims(start, size);
    return part;
  });
};
