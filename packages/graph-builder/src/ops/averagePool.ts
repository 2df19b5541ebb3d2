/** AveragePool: the mean of each window over the spatial axes, as a convolution with ones and a division. */

import { boxIndices, outputSizes, spatialSizes, type Window } from '../convolution/geometry.js';
import { POOLING_OPTIONS, type PoolingOptions, poolingWindow } from '../convolution/pooling.js';
import { type Expr, requireFloat } from '../expr.js';
import { mean } from '../functions/mean.js';
import type { OptionNames } from '../options.js';
import { constant, tensor } from './constant.js';
import { mul } from './mul.js';
import { reshape } from './reshape.js';
import { windowSums } from './windowSums.js';

/** Options of `averagePool`. */
export interface AveragePoolOptions extends PoolingOptions {
  /** Count padded zeros as elements of the mean (default false); the overhang of `ceil` is never counted. */
  readonly countIncludePad?: boolean;
}

const AVERAGE_POOL_OPTIONS: OptionNames<AveragePoolOptions> = { ...POOLING_OPTIONS, countIncludePad: true };

/** How many of a window's taps count on one axis, for each window: those inside [low, high). */
const counts = (window: Window, axis: number, outputs: number, low: number, high: number): readonly number[] =>
  Array.from({ length: outputs }, (_, o) => {
    const start = o * window.strides[axis]! - window.padsBefore[axis]!;
    const taps = Array.from({ length: window.kernel[axis]! }, (_, k) => start + k * window.dilations[axis]!);
    return taps.filter((at) => at >= low && at < high).length;
  });

/**
 * The mean of each window: x [N, C, ...s] gives [N, C, ...o]. Windows at the edge divide by the elements they hold, or by
 * their padding too (`countIncludePad`). Throws GraphError where the window does not fit, and on integers.
 */
export function averagePool(x: Expr, kernel: readonly number[], options: AveragePoolOptions = {}): Expr {
  requireFloat('averagePool', x);
  const sizes = spatialSizes('averagePool', x);
  const window = poolingWindow('averagePool', sizes, kernel, options, AVERAGE_POOL_OPTIONS);
  const outputs = outputSizes(sizes, window);
  const { padsBefore, padsAfter = padsBefore } = options;
  const perAxis = outputs.map((o, axis) =>
    options.countIncludePad
      ? counts(window, axis, o, -window.padsBefore[axis]!, sizes[axis]! + (padsAfter?.[axis] ?? 0))
      : counts(window, axis, o, 0, sizes[axis]!),
  );
  const shares = boxIndices(outputs).map((at) => 1 / at.reduce((so, o, axis) => so * perAxis[axis]![o]!, 1));
  const uniform = shares.every((share) => share === shares[0]);
  const share = uniform ? constant(shares[0]!, x.dtype) : constant(tensor(shares, outputs, x.dtype));
  return mul(windowSums(x, window), share);
}

/** The mean of each channel: x [N, C, ...s] gives [N, C, 1, ...]. Spatial lengths may be symbols. Throws GraphError on integers. */
export function globalAveragePool(x: Expr): Expr {
  requireFloat('globalAveragePool', x);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return reshape(
    mean(x, axes),
    x.shape.map((d, axis) => (axis < 2 ? d : 1)),
  );
}
