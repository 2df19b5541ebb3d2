/** Regions of images brought to one size (He et al., 2017; https://onnx.ai/onnx/operators/onnx__RoiAlign.html). */

import type { Dim } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { cast } from '../ops/cast.js';
import { greaterOrEqual, lessOrEqual } from '../ops/compare.js';
import { constant, tensor } from '../ops/constant.js';
import { maximum } from '../ops/extremum.js';
import { and } from '../ops/logic.js';
import { mul } from '../ops/mul.js';
import { reduceMax } from '../ops/reduceExtremum.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { sub } from '../ops/sub.js';
import { transpose } from '../ops/transpose.js';
import { readTaps } from './taps.js';
import type { SampledAxis } from './window.js';

export interface RoiAlignOptions {
  /** Bins along each axis. */
  readonly bins: readonly [number, number];
  /** Samples along each axis of a bin. */
  readonly samples: number;
  /** What a region's coordinates are multiplied by to be positions in the image. */
  readonly scale: number;
  /** Are elements' centres at halves? Else at whole numbers, and regions are at least one element long. */
  readonly halfPixel: boolean;
  readonly mode: 'avg' | 'max';
}

/** Positions of the samples along one axis, [R, bins · samples], from its ends in regions [R, 4]. */
const samplesAlong = (regions: Expr, axis: number, { bins, samples, scale, halfPixel }: RoiAlignOptions): Expr => {
  const end = (column: number): Expr => sub(mul(sliceAxis(regions, 1, column, 1), scale), halfPixel ? 0.5 : 0);
  const start = end(1 - axis);
  const span = sub(end(3 - axis), start);
  const count = bins[axis]!;
  const shares = Array.from({ length: count * samples }, (_, i) => (i + 0.5) / samples);
  const bin = mul(halfPixel ? span : maximum(span, 1), 1 / count);
  return add(start, mul(bin, constant(tensor(shares, [shares.length], regions.dtype))));
};

/**
 * Regions [R, 4] (x₁, y₁, x₂, y₂) of x [N, C, H, W], each of the image that `image` (int64 [R]) says, as [R, C, ...bins]: the mean of
 * the samples in each bin, or the largest weighed neighbour of any of them, which is what the standard's kernels do for `max`. Samples
 * more than one element outside are 0. Differentiable in x and in the regions.
 */
export const roiAlign = (x: Expr, regions: Expr, image: Expr, options: RoiAlignOptions): Expr => {
  const { bins, samples, mode } = options;
  const [height, width] = x.shape.slice(2) as [number, number];
  const count = regions.shape[0]!;
  const axes = [height, width].map(
    (length): SampledAxis => ({ length, mode: 'linear', padding: 'border', alignCorners: false }),
  );
  const shapes: readonly (readonly Dim[])[] = [
    [count, bins[0] * samples, 1],
    [count, 1, bins[1] * samples],
  ];
  const positions = shapes.map((shape, axis) => reshape(samplesAlong(regions, axis, options), shape));
  const { values, weights } = readTaps(x, { image: reshape(image, [count, 1, 1]), positions, axes });
  const inside = positions
    .map((p, axis) => and(greaterOrEqual(p, -1), lessOrEqual(p, axes[axis]!.length)))
    .reduce((a, b) => and(a, b));
  const weighed = mul(values, mul(weights!, cast(inside, x.dtype)));
  const split = reshape(weighed, [...weighed.shape.slice(0, 3), bins[0], samples, bins[1], samples]);
  const pooled =
    mode === 'max' ? reduceMax(split, [1, 4, 6]) : mul(reduceSum(split, [1, 4, 6]), 1 / (samples * samples));
  return transpose(pooled, [1, 0, 2, 3]);
};
