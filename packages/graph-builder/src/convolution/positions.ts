/** Reading many positions of a map at once: spatial axes in front of the batch, and one Gather. */

import { divideDimsExactly } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { constant, tensor } from '../ops/constant.js';
import { gather } from '../ops/gather.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';

/** Positions of one axis of a map, `count` of them and `step` apart. */
export interface Run {
  readonly axis: number;
  readonly step: number;
  readonly count: number;
}

/** [N, C, ...s] as [C, ...s, N]: what is read at one position is then one run of N numbers. */
export const batchLast = (x: Expr): Expr => {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(1), 0]);
};

/** The inverse of `batchLast`. */
export const batchFirst = (x: Expr): Expr => {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [axes.length - 1, ...axes.slice(0, -1)]);
};

const outerSum = (sums: Expr, terms: readonly number[]): Expr => {
  const row = constant(tensor(terms, [terms.length], 'int64'));
  return reshape(add(reshape(sums, [-1, 1]), row), [-1]);
};

/**
 * Of x [C, ...sizes, N], the positions corner + Σ over runs of (index · step on the run's axis), for every index of the runs in
 * row-major order: [C, Π counts, N]. Each axis has a run, and taps may be a second one of it. ONNX Runtime's Gather copies on all
 * threads where Slice takes one, and one Gather reads what would take a Slice for each axis (docs/ort-kernels.md). Positions are
 * sums of short constants, so that a file does not grow with its maps; a runtime folds them when it opens it.
 */
export const readPositions = (x: Expr, corner: readonly number[], runs: readonly Run[]): Expr => {
  const [channels, batch] = [x.shape[0]!, x.shape.at(-1)!];
  const sizes = x.shape.slice(1, -1) as readonly number[];
  const isWhole = (size: number, axis: number): boolean => {
    const run = runs.at(axis - sizes.length)!;
    return run.axis === axis && run.count === size && runs.filter((other) => other.axis === axis).length === 1;
  };
  const cut = sizes.findLastIndex((size, axis) => !isWhole(size, axis));
  if (cut < 0) return reshape(x, [channels, elementCount(sizes), batch]);
  const [outer, inner] = [sizes.slice(0, cut + 1), elementCount(sizes.slice(cut + 1))];
  const steps = stridesOf(outer);
  const first = outer.reduce((so, _, axis) => so + corner[axis]! * steps[axis]!, 0);
  const positions = runs.slice(0, runs.length - (sizes.length - outer.length)).reduce(
    (sums, { axis, step, count }) =>
      outerSum(
        sums,
        Array.from({ length: count }, (_, i) => i * step * steps[axis]!),
      ),
    constant(tensor([first], [1], 'int64')),
  );
  const taken = gather(reshape(x, [channels, elementCount(outer), inner, batch]), positions, 1);
  return reshape(taken, [channels, elementCount(runs.map(({ count }) => count)), batch]);
};

/** [rows, ...positions, N] as one matrix, or one for each group: its columns are the positions of all examples. */
export const matrixOf = (x: Expr, groups: number): Expr => {
  const rows = divideDimsExactly(x.shape[0]!, groups)!;
  return reshape(x, groups === 1 ? [rows, -1] : [groups, rows, -1]);
};
