/** Convolution and its two adjoints tap by tap: for each kernel offset, one matrix product over the positions where it reads data. */

import { type Dim, divideDimsExactly, multiplyDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { constant, tensor } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { gather } from '../ops/gather.js';
import { matmul } from '../ops/matmul.js';
import { pad } from '../ops/pad.js';
import { reshape } from '../ops/reshape.js';
import { slice, sliceAxis } from '../ops/slice.js';
import { matrixTranspose, transpose } from '../ops/transpose.js';
import { boxIndices, type ConvolutionAttributes, outputSizes } from './geometry.js';

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

/**
 * With fewer channels than this a tap's product is too thin to run at full speed, and the taps of the last axis are joined
 * into one product (docs/ort-kernels.md: 3 channels 8.2 ms apart and 3.0 joined, 256 channels 22 and 25).
 */
const NARROW = 64;

/** The products that a convolution falls into. Tensors are [channels, taps joined, ...spatial, batch] between them. */
interface Plan {
  readonly groups: number;
  /** Taps of the last axis in one product: all of them, or one. */
  readonly joined: number;
  /** Lengths of the input's spatial axes, the last one already read where its taps are joined. */
  readonly sizes: readonly number[];
  readonly outputs: readonly number[];
  /** For each product, what it reads on each axis; undefined where every position is padding. */
  readonly boxes: readonly (readonly Reach[] | undefined)[];
}

const planOf = (a: ConvolutionAttributes, channels: Dim): Plan => {
  const outputs = outputSizes(a.sizes, a);
  const join = a.kernel.at(-1)! > 1 && typeof channels === 'number' && channels < NARROW;
  const last = a.kernel.length - 1;
  const whole: Reach = { output: 0, from: 0, step: 1, count: outputs[last]! };
  const boxes = boxIndices(join ? a.kernel.slice(0, -1) : a.kernel).map((offset) => {
    const reaches = offset.map((tap, axis) => reachOf(a, axis, outputs[axis]!, tap));
    return reaches.some(({ count }) => count === 0) ? undefined : join ? [...reaches, whole] : reaches;
  });
  return {
    groups: a.groups,
    joined: join ? a.kernel[last]! : 1,
    sizes: join ? [...a.sizes.slice(0, -1), outputs[last]!] : a.sizes,
    outputs,
    boxes,
  };
};

/** [N, C, ...s] as [C, 1, ...s, N]: every slice of spatial axes is then made of long runs. */
const batchLast = (x: Expr): Expr => {
  const axes = x.shape.map((_, axis) => axis);
  const last = transpose(x, [...axes.slice(1), 0]);
  return reshape(last, [last.shape[0]!, 1, ...last.shape.slice(1)]);
};

/** The inverse of `batchLast`, from [C, ...s, N]. */
const batchFirst = (x: Expr): Expr => {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [axes.length - 1, ...axes.slice(0, -1)]);
};

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** Elements `from`, `from + step`, … of one axis. */
const takeAxis = (x: Expr, axis: number, { from, step, count }: Reach): Expr => {
  if (step === 1 || count === 1) return sliceAxis(x, axis, from, count);
  const indices = Array.from({ length: count }, (_, i) => from + i * step);
  return gather(x, constant(tensor(indices, [count], 'int64')), axis);
};

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

/** The adjoint of `readInputs`: elements put back where they were read, zeros elsewhere. */
const writeInputs = (part: Expr, box: readonly Reach[], sizes: readonly number[]): Expr => {
  const spread = box.reduce((so, reach, axis) => spreadAxis(so, axis + 2, reach), part);
  const before = box.map(({ from }) => from);
  const after = before.map((from, axis) => sizes[axis]! - from - (spread.shape[axis + 2] as number));
  return pad(spread, [0, 0, ...before, 0], [0, 0, ...after, 0]);
};

/** What a tap reads, of x [C, J, ...sizes, N]. */
const readInputs = (x: Expr, box: readonly Reach[]): Expr =>
  box.reduce((so, reach, axis) => takeAxis(so, axis + 2, reach), x);

/** The outputs for which a tap reads data, of y [M, 1, ...outputs, N]. */
const readOutputs = (y: Expr, box: readonly Reach[]): Expr =>
  slice(
    y,
    [0, 0, ...box.map(({ output }) => output), 0],
    [...y.shape.slice(0, 2), ...box.map(({ count }) => count), y.shape.at(-1)!],
  );

/** What the joined taps read of the last axis, once it is padded. */
const joinedReaches = (a: ConvolutionAttributes, { joined, outputs }: Plan): readonly Reach[] =>
  Array.from({ length: joined }, (_, tap) => ({
    output: 0,
    from: tap * a.dilations.at(-1)!,
    step: a.strides.at(-1)!,
    count: outputs.at(-1)!,
  }));

/** Each tap of the last axis beside the others: [C, 1, ...sizes, N] as [C, J, ..., outputs, N]. */
const joinTaps = (x: Expr, a: ConvolutionAttributes, plan: Plan): Expr => {
  if (plan.joined === 1) return x;
  const axis = x.shape.length - 2;
  const padded = pad(x, [...zeros(axis), a.padsBefore.at(-1)!, 0], [...zeros(axis), a.padsAfter.at(-1)!, 0]);
  return concat(
    joinedReaches(a, plan).map((reach) => takeAxis(padded, axis, reach)),
    1,
  );
};

/** The adjoint of `joinTaps`. */
const sumTaps = (x: Expr, a: ConvolutionAttributes, plan: Plan): Expr => {
  if (plan.joined === 1) return x;
  const axis = x.shape.length - 2;
  const [size, before, after] = [a.sizes.at(-1)!, a.padsBefore.at(-1)!, a.padsAfter.at(-1)!];
  const parts = joinedReaches(a, plan).map((reach, tap) => {
    const spread = spreadAxis(sliceAxis(x, 1, tap, 1), axis, reach);
    const rest = before + size + after - reach.from - (spread.shape[axis] as number);
    return pad(spread, [...zeros(axis), reach.from, 0], [...zeros(axis), rest, 0]);
  });
  return sliceAxis(parts.reduce(add), axis, before, size);
};

/** [channels, J, ..., N] as one matrix, or one for each group: rows are channels and joined taps, columns positions. */
const matrixOf = (x: Expr, groups: number): Expr => {
  const rows = divideDimsExactly(multiplyDims(x.shape[0]!, x.shape[1]!), groups)!;
  return reshape(x, groups === 1 ? [rows, -1] : [groups, rows, -1]);
};

/** The kernels of the r-th product as one matrix [M/g, C/g·J], or one for each group; `apart` is w as [M, C/g, products, J]. */
const kernelMatrix = (apart: Expr, r: number, groups: number): Expr => {
  const [maps, channels, , joined] = apart.shape as readonly [Dim, Dim, Dim, Dim];
  const shape = [divideDimsExactly(maps, groups)!, multiplyDims(channels, joined)];
  return reshape(sliceAxis(apart, 2, r, 1), groups === 1 ? shape : [groups, ...shape]);
};

const kernelsApart = (w: Expr, { joined, boxes }: Plan): Expr =>
  reshape(w, [w.shape[0]!, w.shape[1]!, boxes.length, joined]);

const sumOr = (parts: readonly Expr[], like: Expr, shape: readonly Dim[]): Expr =>
  parts.length > 0 ? parts.reduce(add) : expand(constant(0, like.dtype), shape);

/** conv(x, w) as Σ over taps of (the tap's kernels)·(what it reads), each put among the outputs. */
export const convByTaps = (x: Expr, w: Expr, a: ConvolutionAttributes): Expr => {
  const plan = planOf(a, w.shape[1]!);
  const inputs = joinTaps(batchLast(x), a, plan);
  const kernels = kernelsApart(w, plan);
  const [batch, maps] = [x.shape[0]!, w.shape[0]!];
  const parts = plan.boxes.flatMap((box, r) => {
    if (!box) return [];
    const part = matmul(kernelMatrix(kernels, r, a.groups), matrixOf(readInputs(inputs, box), a.groups));
    const apart = reshape(part, [maps, ...box.map(({ count }) => count), batch]);
    const before = box.map(({ output }) => output);
    const after = box.map(({ output, count }, axis) => plan.outputs[axis]! - output - count);
    return [pad(apart, [0, ...before, 0], [0, ...after, 0])];
  });
  return batchFirst(sumOr(parts, x, [maps, ...plan.outputs, batch]));
};

/** The adjoint of `convByTaps` in x: Σ over taps of (the tap's kernels)ᵀ·(its outputs), each put back where the tap reads. */
export const convInputByTaps = (y: Expr, w: Expr, a: ConvolutionAttributes): Expr => {
  const plan = planOf(a, w.shape[1]!);
  const adjoints = batchLast(y);
  const kernels = kernelsApart(w, plan);
  const [batch, channels] = [y.shape[0]!, multiplyDims(w.shape[1]!, a.groups)];
  const parts = plan.boxes.flatMap((box, r) => {
    if (!box) return [];
    const rows = matrixOf(readOutputs(adjoints, box), a.groups);
    const part = matmul(matrixTranspose(kernelMatrix(kernels, r, a.groups)), rows);
    const apart = reshape(part, [channels, plan.joined, ...box.map(({ count }) => count), batch]);
    return [writeInputs(apart, box, plan.sizes)];
  });
  const sum = sumTaps(sumOr(parts, y, [channels, plan.joined, ...plan.sizes, batch]), a, plan);
  return batchFirst(reshape(sum, [channels, ...a.sizes, batch]));
};

/** The adjoint of `convByTaps` in w: for each tap, (its outputs)·(what it reads)ᵀ over all positions of all examples. */
export const convKernelByTaps = (x: Expr, y: Expr, a: ConvolutionAttributes): Expr => {
  const channels = divideDimsExactly(x.shape[1]!, a.groups)!;
  const plan = planOf(a, channels);
  const inputs = joinTaps(batchLast(x), a, plan);
  const adjoints = batchLast(y);
  const shape = [y.shape[1]!, channels, 1, plan.joined];
  const parts = plan.boxes.map((box) => {
    if (!box) return expand(constant(0, x.dtype), shape);
    const rows = matrixOf(readOutputs(adjoints, box), a.groups);
    const columns = matrixOf(readInputs(inputs, box), a.groups);
    return reshape(matmul(rows, matrixTranspose(columns)), shape);
  });
  return reshape(concat(parts, 2), [y.shape[1]!, channels, ...a.kernel]);
};
