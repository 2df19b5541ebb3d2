/** Convolution and its two adjoints as padding, slices and one matrix product. */

import { type Dim, divideDimsExactly } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { matmul } from '../ops/matmul.js';
import { pad } from '../ops/pad.js';
import { reshape } from '../ops/reshape.js';
import { slice } from '../ops/slice.js';
import { matrixTranspose, transpose } from '../ops/transpose.js';
import { boxIndices, type ConvolutionAttributes, extent, outputSizes, product } from './geometry.js';

interface Layout {
  readonly outputs: readonly number[];
  /** Outputs times strides: what a tap's slice spans before every stride-th element is kept. */
  readonly spans: readonly number[];
  /** Spatial lengths once padded so that every tap's slice lies inside. */
  readonly padded: readonly number[];
  readonly strided: boolean;
}

const layoutOf = (a: ConvolutionAttributes): Layout => {
  const outputs = outputSizes(a.sizes, a);
  const spans = outputs.map((o, i) => o * a.strides[i]!);
  const padded = a.sizes.map((size, i) =>
    Math.max(size + a.padsBefore[i]! + a.padsAfter[i]!, spans[i]! + extent(a.kernel[i]!, a.dilations[i]!) - 1),
  );
  return { outputs, spans, padded, strided: a.strides.some((s) => s > 1) };
};

const zerosFor = (lengths: readonly unknown[]): number[] => lengths.map(() => 0);

/** Spatial axes padded; `first` axes precede them and the rest follow. */
const padSpatial = (x: Expr, first: number, a: ConvolutionAttributes, { padded }: Layout): Expr => {
  const head = zerosFor(x.shape.slice(0, first));
  const tail = zerosFor(x.shape.slice(first + a.sizes.length));
  const after = padded.map((p, i) => p - a.sizes[i]! - a.padsBefore[i]!);
  return pad(x, [...head, ...a.padsBefore, ...tail], [...head, ...after, ...tail]);
};

/** The input elements that one kernel offset reads: the padded input with spatial lengths `outputs`. */
const readTap = (
  padded: Expr,
  first: number,
  offset: readonly number[],
  a: ConvolutionAttributes,
  layout: Layout,
): Expr => {
  const head = padded.shape.slice(0, first);
  const tail = padded.shape.slice(first + offset.length);
  const starts = offset.map((k, i) => k * a.dilations[i]!);
  const box = slice(padded, [...zerosFor(head), ...starts, ...zerosFor(tail)], [...head, ...layout.spans, ...tail]);
  if (!layout.strided) return box;
  const split = reshape(box, [...head, ...layout.outputs.flatMap((o, i) => [o, a.strides[i]!]), ...tail]);
  const kept = slice(split, zerosFor(split.shape), [...head, ...layout.outputs.flatMap((o) => [o, 1]), ...tail]);
  return reshape(kept, [...head, ...layout.outputs, ...tail]);
};

/** The adjoint of `readTap` for channels-first tensors: elements put back where they were read, zeros elsewhere. */
const writeTap = (part: Expr, offset: readonly number[], a: ConvolutionAttributes, layout: Layout): Expr => {
  const head = part.shape.slice(0, 2);
  let box = part;
  if (layout.strided) {
    const split = reshape(part, [...head, ...layout.outputs.flatMap((o) => [o, 1])]);
    const gaps = [...zerosFor(head), ...a.strides.flatMap((s) => [0, s - 1])];
    box = reshape(pad(split, zerosFor(split.shape), gaps), [...head, ...layout.spans]);
  }
  const before = offset.map((k, i) => k * a.dilations[i]!);
  const after = layout.padded.map((p, i) => p - before[i]! - layout.spans[i]!);
  return pad(box, [...zerosFor(head), ...before], [...zerosFor(head), ...after]);
};

const perGroup = (channels: Dim, groups: number): Dim => divideDimsExactly(channels, groups)!;

/** w [M, C/g, ...kernel] as [g, M/g, taps·C/g], taps outermost. */
const kernelMatrix = (w: Expr, { groups, kernel }: ConvolutionAttributes): Expr => {
  const [maps, channels] = w.shape as readonly [Dim, Dim];
  const apart = reshape(w, [groups, perGroup(maps, groups), channels, product(kernel)]);
  return reshape(transpose(apart, [0, 1, 3, 2]), [groups, perGroup(maps, groups), -1]);
};

/** conv(x, w) as [g, M/g, taps·C/g] times the input's columns [N, g, taps·C/g, outputs]. */
export const lowerConv = (x: Expr, w: Expr, a: ConvolutionAttributes): Expr => {
  const layout = layoutOf(a);
  const padded = padSpatial(x, 2, a, layout);
  const [batch, channels] = x.shape as readonly [Dim, Dim];
  const columns = boxIndices(a.kernel).map((offset) =>
    reshape(readTap(padded, 2, offset, a, layout), [
      batch,
      a.groups,
      perGroup(channels, a.groups),
      product(layout.outputs),
    ]),
  );
  return reshape(matmul(kernelMatrix(w, a), concat(columns, 2)), [batch, w.shape[0]!, ...layout.outputs]);
};

/** The adjoint of `lowerConv` in x: the columns' adjoint, put back tap by tap. */
export const lowerConvInput = (y: Expr, w: Expr, a: ConvolutionAttributes): Expr => {
  const layout = layoutOf(a);
  const [batch, maps] = y.shape as readonly [Dim, Dim];
  const channels = w.shape[1]!;
  const rows = reshape(y, [batch, a.groups, perGroup(maps, a.groups), product(layout.outputs)]);
  const taps = boxIndices(a.kernel);
  const columns = reshape(matmul(matrixTranspose(kernelMatrix(w, a)), rows), [
    batch,
    a.groups,
    taps.length,
    channels,
    product(layout.outputs),
  ]);
  const parts = taps.map((offset, k) => {
    const part = slice(
      columns,
      [0, 0, k, 0, 0],
      columns.shape.map((d, i) => (i === 2 ? 1 : d)),
    );
    return writeTap(reshape(part, [batch, -1, ...layout.outputs]), offset, a, layout);
  });
  const sum = parts.reduce(add);
  return slice(sum, [0, 0, ...a.padsBefore], [...sum.shape.slice(0, 2), ...a.sizes]);
};

/** [N, C, ...s] as [N, ...s, C]. */
const channelsLast = (x: Expr): Expr => {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [0, ...axes.slice(2), 1]);
};

/**
 * The adjoint of `lowerConv` in w: result positions of all examples are the inner axis of one matrix product, x
 * channels last so that each tap's slice is made of long runs.
 */
export const lowerConvKernel = (x: Expr, y: Expr, a: ConvolutionAttributes): Expr => {
  const layout = layoutOf(a);
  const { groups } = a;
  const padded = padSpatial(channelsLast(x), 1, a, layout);
  const channels = perGroup(x.shape[1]!, groups);
  const maps = perGroup(y.shape[1]!, groups);
  const taps = boxIndices(a.kernel);
  const columns = concat(
    taps.map((offset) => reshape(readTap(padded, 1, offset, a, layout), [-1, groups, channels])),
    2,
  );
  const rows = reshape(channelsLast(y), [-1, groups, maps]);
  const squeezed = (t: Expr): Expr => reshape(t, [t.shape[0]!, t.shape[2]!]);
  const weights =
    groups === 1
      ? matmul(transpose(squeezed(rows)), squeezed(columns))
      : matmul(transpose(rows, [1, 2, 0]), transpose(columns, [1, 0, 2]));
  const apart = reshape(weights, [y.shape[1]!, taps.length, channels]);
  return reshape(transpose(apart, [0, 2, 1]), [y.shape[1]!, channels, ...a.kernel]);
};
