/** Local response normalisation: each element by those of neighbouring channels (Krizhevsky et al., 2012). */

import { WINDOW_OPTIONS, windowOf } from '../convolution/geometry.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { mul, square } from '../ops/mul.js';
import { pow } from '../ops/pow.js';
import { reshape } from '../ops/reshape.js';
import { windowSums } from '../ops/windowSums.js';
import { type OptionNames, requireKnown } from '../options.js';
import { sizeOf } from '../shape.js';

/** More channels than this in one sum are taken for a damaged file. */
const MOST_CHANNELS = 2 ** 16;

/** Options of `localResponseNorm`: x/(bias + α/size·Σx²)^β. */
export interface LocalResponseNormOptions {
  /** Default 1e-4. */
  readonly alpha?: number;
  /** Default 0.75. */
  readonly beta?: number;
  /** Default 1. */
  readonly bias?: number;
}

const LOCAL_RESPONSE_NORM_OPTIONS: OptionNames<LocalResponseNormOptions> = { alpha: true, beta: true, bias: true };

/**
 * x/(bias + α/size·Σx²)^β for x [N, C, ...], the sum taken at each position over `size` channels around the own one, of an even
 * `size` one more after it than before; channels beyond the first and the last count as 0. Source:
 * https://onnx.ai/onnx/operators/onnx__LRN.html. Throws GraphError unless C and the other axes' lengths are
 * numbers, where a sum is of more than 2¹⁶ channels, and where there is no such option.
 */
export const localResponseNorm = (x: Expr, size: number, options: LocalResponseNormOptions = {}): Expr => {
  requireKnown('localResponseNorm', options, LOCAL_RESPONSE_NORM_OPTIONS);
  const { alpha = 1e-4, beta = 0.75, bias = 1 } = options;
  const [batch, channels, ...rest] = x.shape;
  if (!Number.isInteger(size) || size < 1 || [channels, ...rest].some((d) => typeof d !== 'number')) {
    throw new GraphError(
      'localResponseNorm',
      `${describe(x)} must have channels and positions of known number, and size ${size} be a whole number of at least 1`,
    );
  }
  // Channels farther away than there are any add nothing.
  const [before, after] = [Math.floor((size - 1) / 2), Math.floor(size / 2)].map((reach) =>
    Math.min(reach, Math.max(Number(channels) - 1, 0)),
  ) as [number, number];
  if (before + 1 + after > MOST_CHANNELS) {
    throw new GraphError(
      'localResponseNorm',
      `sums ${before + 1 + after} channels of ${describe(x)}; at most ${MOST_CHANNELS} are supported`,
    );
  }
  const pads = { padsBefore: [before, 0], padsAfter: [after, 0] };
  const window = windowOf('localResponseNorm', [before + 1 + after, 1], pads, WINDOW_OPTIONS);
  const squares = reshape(square(x), [batch!, 1, channels!, sizeOf(rest)]);
  const sums = reshape(windowSums(squares, window), x.shape);
  return mul(x, pow(add(mul(sums, alpha / size), bias), -beta));
};
