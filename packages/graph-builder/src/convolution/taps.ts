/** Convolution and its two adjoints tap by tap: for each kernel offset, one matrix product over the positions where it reads data. */

import { type Dim, divideDimsExactly, multiplyDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { constant } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { matmul } from '../ops/matmul.js';
import { pad } from '../ops/pad.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { matrixTranspose } from '../ops/transpose.js';
import { elementCount } from '../tensor.js';
import { boxIndices, type ConvolutionAttributes, outputSizes } from './geometry.js';
import { batchFirst, batchLast, matrixOf, readPositions } from './positions.js';

/** On one axis, the outputs for which a tap reads data and not padding, and the inputs `from`, `from + step`, … that it reads. */
interface Reach {
  readonly output: number;
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

const reachOf = (a: ConvolutionAttributes, axis: number, outputs: number, tap: number): Reach => {
  const step = a.strides[axis]!;
  const shift = tap * a.dilations[axis]! - a.padsBefore[axis]!;
  const output = Math.max(0, Math.ceil(-shift / step));
  const last = Math.min(outputs - 1, Math.floor((a.sizes[axis]! - 1 - shift) / step));
  return { output, from: output * step + shift, step, count: Math.max(0, last - output + 1) };
};

/** How many (output, tap) pairs of a convolution read data, as a share of all: the rest multiply padding. */
export const shareOfData = (a: ConvolutionAttributes): number => {
  const outputs = outputSizes(a.sizes, a);
  return outputs.reduce((share, count, axis) => {
    const taps = Array.from({ length: a.kernel[axis]! }, (_, tap) => reachOf(a, axis, count, tap).count);
    return (share * taps.reduce((x, y) => x + y, 0)) / (count * taps.length);
  }, 1);
};

type Box = readonly Reach[];

/** For each tap in row-major order, what it reads on each axis; undefined where every position is padding. */
const boxesOf = (a: ConvolutionAttributes): readonly (Box | undefined)[] => {
  const outputs = outputSizes(a.sizes, a);
  return boxIndices(a.kernel).map((offset) => {
    const box = offset.map((tap, axis) => reachOf(a, axis, outputs[axis]!, tap));
    return box.some(({ count }) => count === 0) ? undefined : box;
  });
};

const countsOf = (box: Box): readonly number[] => box.map(({ count }) => count);

/** What a tap reads, of x [C, ...sizes, N]. */
const readInputs = (x: Expr, box: Box): Expr =>
  readPositions(
    x,
    box.map(({ from }) => from),
    box.map(({ step, count }, axis) => ({ axis, step, count })),
  );

/** The outputs for which a tap reads data, of y [M, ...outputs, N]. */
const readOutputs = (y: Expr, box: Box): Expr =>
  readPositions(
    y,
    box.map(({ output }) => output),
    box.map(({ count }, axis) => ({ axis, step: 1, count })),
  );

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** Elements of one axis moved `step` apart, zeros between them. */
const spreadAxis = (x: Expr, axis: number, { step, count }: Reach): Expr => {
  if (step === 1 || count === 1) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const apart = reshape(x, [...before, count, 1, ...after]);
  const gaps = pad(
    apart,
    zeros(apart.shape.length),
    apart.shape.map((_, i) => (i === axis + 1 ? step - 1 : 0)),
  );
  return sliceAxis(reshape(gaps, [...before, count * step, ...after]), axis, 0, (count - 1) * step + 1);
};

/** `part` [C, ...counts, N] placed from `corner` on a map of `sizes`, zeros elsewhere. */
const place = (part: Expr, corner: readonly number[], sizes: readonly number[]): Expr => {
  const after = corner.map((from, axis) => sizes[axis]! - from - (part.shape[axis + 1] as number));
  return pad(part, [0, ...corner, 0], [0, ...after, 0]);
};

/** The adjoint of `readInputs`: elements put back where they were read. */
const writeInputs = (part: Expr, box: Box, sizes: readonly number[]): Expr =>
  place(
    box.reduce((so, reach, axis) => spreadAxis(so, axis + 1, reach), part),
    box.map(({ from }) => from),
    sizes,
  );

/** The adjoint of `readOutputs`. */
const writeOutputs = (part: Expr, box: Box, outputs: readonly number[]): Expr =>
  place(
    part,
    box.map(({ output }) => output),
    outputs,
  );

/** The kernels of one tap as one matrix [M/g, C/g], or one for each group; `apart` is w as [M, C/g, taps]. */
const kernelMatrix = (apart: Expr, tap: number, groups: number): Expr => {
  const [maps, channels] = apart.shape as readonly [Dim, Dim, Dim];
  const shape = [divideDimsExactly(maps, groups)!, channels];
  return reshape(sliceAxis(apart, 2, tap, 1), groups === 1 ? shape : [groups, ...shape]);
};

const kernelsApart = (w: Expr, a: ConvolutionAttributes): Expr =>
  reshape(w, [w.shape[0]!, w.shape[1]!, elementCount(a.kernel)]);

const sumOr = (parts: readonly Expr[], like: Expr, shape: readonly Dim[]): Expr =>
  parts.length > 0 ? parts.reduce(add) : expand(constant(0, like.dtype), shape);

/** conv(x, w) as Σ over taps of (the tap's kernels)·(what it reads), each put among the outputs. */
export const convByTaps = (x: Expr, w: Expr, a: ConvolutionAttributes): Expr => {
  const inputs = batchLast(x);
  const kernels = kernelsApart(w, a);
  const [batch, maps, outputs] = [x.shape[0]!, w.shape[0]!, outputSizes(a.sizes, a)];
  const parts = boxesOf(a).flatMap((box, tap) => {
    if (!box) return [];
    const part = matmul(kernelMatrix(kernels, tap, a.groups), matrixOf(readInputs(inputs, box), a.groups));
    return [writeOutputs(reshape(part, [maps, ...countsOf(box), batch]), box, outputs)];
  });
  return batchFirst(sumOr(parts, x, [maps, ...outputs, batch]));
};

/** The adjoint of `convByTaps` in x: Σ over taps of (the tap's kernels)ᵀ·(its outputs), each put back where the tap reads. */
export const convInputByTaps = (y: Expr, w: Expr, a: ConvolutionAttributes): Expr => {
  const adjoints = batchLast(y);
  const kernels = kernelsApart(w, a);
  const [batch, channels] = [y.shape[0]!, multiplyDims(w.shape[1]!, a.groups)];
  const parts = boxesOf(a).flatMap((box, tap) => {
    if (!box) return [];
    const rows = matrixOf(readOutputs(adjoints, box), a.groups);
    const part = matmul(matrixTranspose(kernelMatrix(kernels, tap, a.groups)), rows);
    return [writeInputs(reshape(part, [channels, ...countsOf(box), batch]), box, a.sizes)];
  });
  return batchFirst(sumOr(parts, y, [channels, ...a.sizes, batch]));
};

/** The adjoint of `convByTaps` in w: for each tap, (its outputs)·(what it reads)ᵀ over all positions of all examples. */
export const convKernelByTaps = (x: Expr, y: Expr, a: ConvolutionAttributes): Expr => {
  const [inputs, adjoints] = [batchLast(x), batchLast(y)];
  const shape = [y.shape[1]!, divideDimsExactly(x.shape[1]!, a.groups)!, 1];
  const parts = boxesOf(a).map((box) => {
    if (!box) return expand(constant(0, x.dtype), shape);
    const rows = matrixOf(readOutputs(adjoints, box), a.groups);
    const columns = matrixOf(readInputs(inputs, box), a.groups);
    return reshape(matmul(rows, matrixTranspose(columns)), shape);
  });
  return reshape(concat(parts, 2), [...shape.slice(0, 2), ...a.kernel]);
};
