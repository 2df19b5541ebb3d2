/** Values of images at positions between their elements (https://onnx.ai/onnx/operators/onnx__GridSample.html). */

import { type Dim, productOfDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, isFloat } from '../expr.js';
import { iota } from '../ops/iota.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { transpose } from '../ops/transpose.js';
import { unequalLengths } from '../shape.js';
import { denormalized } from './position.js';
import { sampleAt } from './taps.js';
import type { SampleMode, SamplePadding } from './window.js';

export interface GridSampleOptions {
  readonly mode: SampleMode;
  readonly padding: SamplePadding;
  readonly alignCorners: boolean;
}

const requireFit = (x: Expr, grid: Expr): void => {
  const lengths = x.shape.slice(2);
  const known = lengths.length >= 1 && lengths.every((d) => typeof d === 'number' && d >= 1);
  if (!known) throw new GraphError('gridSample', `${describe(x)} needs axes of known length, 1 or more, from 2 on`);
  const fits = grid.shape.length === x.shape.length && grid.shape.at(-1) === lengths.length;
  if (!fits || grid.shape[0] !== x.shape[0] || !isFloat(grid.dtype)) {
    const wanted = [x.shape[0], ...lengths.map((_, i) => `d${i}`), lengths.length].join(', ');
    throw new GraphError(
      'gridSample',
      `grid ${describe(grid)} does not fit ${describe(x)}; it must be [${wanted}]`,
      fits ? unequalLengths([x.shape[0]!], [grid.shape[0]!]) : undefined,
    );
  }
};

/**
 * x [N, C, ...lengths] at the positions that grid [N, ...s, r] holds for its r axes, the last axis's first, from −1 to 1 along each:
 * [N, C, ...s]. Differentiable in x and, but for mode `nearest`, in the grid; where the weights of neighbours have a kink, as
 * PyTorch does it. Throws GraphError where lengths are not numbers or the grid does not fit.
 */
export const gridSample = (x: Expr, grid: Expr, { mode, padding, alignCorners }: GridSampleOptions): Expr => {
  requireFit(x, grid);
  const [images, channels, ...lengths] = x.shape as [Dim, Dim, ...number[]];
  const places = grid.shape.slice(1, -1);
  const count = productOfDims(places);
  const rank = lengths.length;
  const axes = lengths.map((length) => ({ length, mode, padding, alignCorners }));
  const coordinates = transpose(reshape(grid, [productOfDims([images, count]), rank]));
  const positions = axes.map((axis, i) =>
    denormalized(reshape(sliceAxis(coordinates, 0, rank - 1 - i, 1), [images, count]), axis),
  );
  const image = reshape(iota(images), [images, 1]);
  return reshape(transpose(sampleAt(x, { image, positions, axes }), [1, 0, 2]), [images, channels, ...places]);
};
