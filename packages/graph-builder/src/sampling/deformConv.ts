/** Convolution that reads where offsets say (Dai et al., 2017; Zhu et al., 2018; https://onnx.ai/onnx/operators/onnx__DeformConv.html). */

import { type Dim, multiplyDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { constant, tensor } from '../ops/constant.js';
import { iota } from '../ops/iota.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { transpose } from '../ops/transpose.js';
import { elementCount } from '../tensor.js';
import { sampleAt } from './taps.js';
import type { SampledAxis } from './window.js';

export interface DeformConvOptions {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBefore: readonly number[];
  readonly groups: number;
  /** Groups of channels, each of which has offsets of its own. */
  readonly offsetGroups: number;
}

/** first, first + step, … as a tensor of the given rank whose other axes are 1. */
const run = (first: number, step: number, length: number, axis: number, rank: number, like: Expr): Expr => {
  const values = Array.from({ length }, (_, i) => first + i * step);
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? length : 1));
  return constant(tensor(values, shape, like.dtype));
};

/**
 * x [N, C, ...lengths] convolved with w [M, C / groups, ...k], where each kernel element reads x at its place moved by its offsets
 * [N, offsetGroups · Πk · r, ...o], linearly between elements and 0 outside, times its mask [N, offsetGroups · Πk, ...o], if any:
 * [N, M, ...o]. Differentiable in all of them.
 */
export const deformConv = (
  x: Expr,
  w: Expr,
  offsets: Expr,
  mask: Expr | undefined,
  { strides, dilations, padsBefore, groups, offsetGroups }: DeformConvOptions,
): Expr => {
  const [images, channels, ...lengths] = x.shape as [Dim, number, ...number[]];
  const [maps, , ...kernel] = w.shape as number[];
  const out = offsets.shape.slice(2) as readonly number[];
  const rank = lengths.length;
  const [taps, places] = [elementCount(kernel), elementCount(out)];
  const each = channels / offsetGroups;
  const parts = multiplyDims(images, offsetGroups);
  const moved = reshape(offsets, [parts, taps, rank, places]);
  const positions = lengths.map((_, axis) => {
    const offset = reshape(sliceAxis(moved, 2, axis, 1), [parts, ...kernel, ...out]);
    const within = run(0, dilations[axis]!, kernel[axis]!, 1 + axis, 1 + 2 * rank, offset);
    const corner = run(-padsBefore[axis]!, strides[axis]!, out[axis]!, 1 + rank + axis, 1 + 2 * rank, offset);
    return add(add(offset, within), corner);
  });
  const axes = lengths.map((length): SampledAxis => ({ length, mode: 'linear', padding: 'zeros', alignCorners: true }));
  const image = reshape(iota(parts), [parts, ...kernel.map(() => 1), ...out.map(() => 1)]);
  const read = sampleAt(reshape(x, [parts, each, ...lengths]), { image, positions, axes });
  const masked = mask ? mul(read, reshape(mask, [parts, ...kernel, ...out])) : read;
  const columns = transpose(reshape(masked, [each, images, offsetGroups, taps, places]), [1, 2, 0, 3, 4]);
  const depth = (channels / groups) * taps;
  const product = matmul(
    reshape(w, [groups, maps! / groups, depth]),
    reshape(columns, [images, groups, depth, places]),
  );
  return reshape(product, [images, maps!, ...out]);
};
