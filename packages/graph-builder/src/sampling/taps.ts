/** Reading an operand between its elements: the neighbours of each position, and how much each counts. */

import { type Dim, productOfDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, isFloat } from '../expr.js';
import { add } from '../ops/add.js';
import { cast } from '../ops/cast.js';
import { less } from '../ops/compare.js';
import { concat } from '../ops/concat.js';
import { constant, tensor } from '../ops/constant.js';
import { floor } from '../ops/floor.js';
import { gather } from '../ops/gather.js';
import { mul, square } from '../ops/mul.js';
import { pad } from '../ops/pad.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { round } from '../ops/round.js';
import { sub } from '../ops/sub.js';
import { transpose } from '../ops/transpose.js';
import { where } from '../ops/where.js';
import { pickAlong } from '../resize/resize.js';
import { sizeOf, stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';
import { hold } from './position.js';
import { framedIndices, lastElement, margins, neighbours, type SampledAxis, type SampleMode } from './window.js';

/** The slope of the cubic kernel at distance 1 that ONNX and PyTorch sample with. */
const SLOPE = -0.75;

/** (SLOPE + 2)|d|³ − (SLOPE + 3)|d|² + 1, the cubic kernel up to distance 1. */
const cubicNear = (d: Expr): Expr => add(mul(sub(mul(d, SLOPE + 2), SLOPE + 3), square(d)), 1);

/** Weights of the neighbours of a position `t` after its first element, 0 ≤ t ≤ 1 (Keys, 1981, for the cubic ones). */
const weightsAt: { readonly [M in SampleMode]: (t: Expr) => readonly Expr[] } = {
  nearest: () => [],
  linear: (t) => [sub(1, t), t],
  cubic: (t) => {
    const rest = sub(1, t);
    return [mul(mul(t, square(rest)), SLOPE), cubicNear(t), cubicNear(rest), mul(mul(square(t), rest), SLOPE)];
  },
};

/** What is read along one axis for positions of shape s. */
interface AxisTaps {
  /** The first neighbour, counted from the first element of the margin: int64, s. */
  readonly first: Expr;
  /** How much each neighbour counts, [neighbours, ...s]; undefined where there is one, which counts wholly. */
  readonly weights: Expr | undefined;
}

const tapsAlong = (position: Expr, axis: SampledAxis): AxisTaps => {
  const held = hold(axis.mode === 'nearest' ? round(position) : position, axis);
  const last = lastElement(axis);
  const down = axis.mode === 'nearest' ? held : floor(held);
  // What is not a number reads the last element, and counts with a weight that is not a number.
  const element = where(less(down, last), down, constant(last, down.dtype));
  const weights = weightsAt[axis.mode](sub(held, element)).map((w) => reshape(w, [1, ...w.shape]));
  const shift = margins(axis)[0] + neighbours[axis.mode][0]!;
  return { first: add(cast(element, 'int64'), shift), weights: weights.length > 0 ? concat(weights, 0) : undefined };
};

/** x [N, C, ...] with its margins beside each axis from 2 on. */
const framed = (x: Expr, axes: readonly SampledAxis[]): Expr => {
  if (axes[0]?.padding === 'zeros') {
    const around = axes.map(margins);
    return pad(x, [0, 0, ...around.map(([before]) => before)], [0, 0, ...around.map(([, after]) => after)]);
  }
  return axes.reduce(
    (y, axis, i) => (margins(axis).every((m) => m === 0) ? y : pickAlong(y, i + 2, framedIndices(axis))),
    x,
  );
};

/** Products of one entry of each row, [Π entries, ...s], the last row's fastest; rows are [entries, ...s], s broadcast. */
const outerProduct = (rows: readonly Expr[]): Expr =>
  rows.reduce((all, row) => {
    const pairs = mul(reshape(all, [all.shape[0]!, 1, ...all.shape.slice(1)]), reshape(row, [1, ...row.shape]));
    return reshape(pairs, [productOfDims(pairs.shape.slice(0, 2)), ...pairs.shape.slice(2)]);
  });

export interface Sampling {
  /** Which of x's N images is read, int64. It and the positions have one rank and broadcast to one shape s. */
  readonly image: Expr;
  /** Positions among the elements of each axis, outermost first. */
  readonly positions: readonly Expr[];
  readonly axes: readonly SampledAxis[];
}

export interface Taps {
  /** Neighbours of every position: [C, neighbours, ...s]. */
  readonly values: Expr;
  /** How much each counts, [neighbours, ...s], in x's type; undefined where there is one, which counts wholly. */
  readonly weights: Expr | undefined;
}

/**
 * Neighbours of positions in x [N, C, ...lengths]. They are read at flattened positions by one Gather for all of them, whose adjoint
 * adds all in one go; the margins are elements of a larger operand, so that every neighbour lies a fixed step from the first.
 */
export const readTaps = (x: Expr, { image, positions, axes }: Sampling): Taps => {
  const large = framed(x, axes);
  const [images, channels, ...lengths] = large.shape as [Dim, Dim, ...number[]];
  const strides = stridesOf(lengths);
  const along = positions.map((position, i) => tapsAlong(position, axes[i]!));
  const size = elementCount(lengths);
  const first = along.reduce((sum, taps, i) => add(sum, mul(taps.first, strides[i]!)), mul(image, size));
  const steps = axes
    .map(({ mode }, i) => neighbours[mode].map((_, k) => k * strides[i]!))
    .reduce((sums, own) => sums.flatMap((sum) => own.map((step) => sum + step)));
  const offsets = reshape(constant(tensor(steps, [steps.length], 'int64')), [
    steps.length,
    ...first.shape.map(() => 1),
  ]);
  const indices = add(reshape(first, [1, ...first.shape]), offsets);
  const spatial = lengths.map((_, i) => i + 2);
  const flat = reshape(transpose(large, [0, ...spatial, 1]), [productOfDims([images, size]), channels]);
  // One row an element, so that Gather copies all channels at once; flat, or ONNX Runtime would move the transposition past the weights.
  const rows = gather(flat, reshape(indices, [sizeOf(indices.shape)]), 0);
  const weights = along.flatMap((taps) => taps.weights ?? []);
  return {
    values: reshape(transpose(rows), [channels, ...indices.shape]),
    weights: weights.length > 0 ? cast(outerProduct(weights), x.dtype) : undefined,
  };
};

/** Values of x [N, C, ...lengths] at positions of shape s: [C, ...s]. Throws GraphError where a type without fractions is weighed. */
export const sampleAt = (x: Expr, sampling: Sampling): Expr => {
  const { values, weights } = readTaps(x, sampling);
  if (weights === undefined) return reshape(values, [values.shape[0]!, ...values.shape.slice(2)]);
  if (!isFloat(x.dtype))
    throw new GraphError('sampleAt', `cannot weigh elements of ${describe(x)}; use mode "nearest"`);
  return reduceSum(mul(values, weights), [1]);
};
