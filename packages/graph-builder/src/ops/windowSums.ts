/** The sum over each window, as a convolution with ones. */

import { outputSizes, spatialSizes, type Window } from '../convolution/geometry.js';
import type { Expr } from '../expr.js';
import { constant } from './constant.js';
import { conv } from './conv.js';
import { expand } from './expand.js';
import { reshape } from './reshape.js';

/** The sum of each window of each channel: x [N, C, ...s] gives [N, C, ...o]. Throws GraphError where the window does not fit. */
export const windowSums = (x: Expr, window: Window): Expr => {
  const sizes = spatialSizes('windowSums', x);
  const { kernel, ...options } = window;
  const ones = expand(constant(1, x.dtype), [1, 1, ...kernel]);
  const sums = conv(reshape(x, [-1, 1, ...sizes]), ones, options);
  return reshape(sums, [...x.shape.slice(0, 2), ...outputSizes(sizes, window)]);
};
