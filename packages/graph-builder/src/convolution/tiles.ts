/** Maxima over windows that tile their input, and where they are, in elementwise operations. */

import { type Expr, isFloat } from '../expr.js';
import { add } from '../ops/add.js';
import { greater } from '../ops/compare.js';
import { constant, tensor } from '../ops/constant.js';
import { maximum } from '../ops/extremum.js';
import { reshape } from '../ops/reshape.js';
import { slice, sliceAxis } from '../ops/slice.js';
import { where } from '../ops/where.js';
import { stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';
import { boxIndices, outputSizes, spatialSizes, type Window } from './geometry.js';

/** Each element of a window takes three operations: with more than so many, one node does better. */
const MOST_TAPS = 4;

/**
 * Do the windows lie side by side, few elements in each? Then ONNX Runtime's MaxPool with Indices, which branches on every
 * element, takes two to three times as long as comparisons of whole tensors (docs/ort-kernels.md).
 */
export const isTiling = (x: Expr, { kernel, strides, padsBefore, padsAfter, dilations }: Window): boolean =>
  isFloat(x.dtype) &&
  elementCount(kernel) > 1 &&
  elementCount(kernel) <= MOST_TAPS &&
  kernel.every((k, i) => k === strides[i] && padsBefore[i] === 0 && padsAfter[i] === 0 && dilations[i] === 1);

/** For each element of a window in row-major order, that element of every window: [N, C, ...outputs]. */
const tapsOfTiles = (x: Expr, window: Window, outputs: readonly number[]): readonly Expr[] => {
  const head = x.shape.slice(0, 2);
  const covered = slice(
    x,
    x.shape.map(() => 0),
    [...head, ...outputs.map((o, i) => o * window.kernel[i]!)],
  );
  const apart = reshape(covered, [...head, ...outputs.flatMap((o, i) => [o, window.kernel[i]!])]);
  // The last axis first, and one axis at a time: windows share what they have in common.
  return boxIndices(window.kernel).map((offset) =>
    offset.reduceRight((so, at, i) => {
      const axis = 2 * i + 3;
      const taken = sliceAxis(so, axis, at, 1);
      return reshape(
        taken,
        taken.shape.filter((_, other) => other !== axis),
      );
    }, apart),
  );
};

/** The windows' maxima, and their positions within the channel (int64); the first among equals. */
export const maximaOfTiles = (x: Expr, window: Window): { readonly values: Expr; readonly positions: Expr } => {
  const steps = stridesOf(spatialSizes('maxPool', x));
  const outputs = outputSizes(spatialSizes('maxPool', x), window);
  const positionOf = (at: readonly number[]): number => at.reduce((so, index, i) => so + index * steps[i]!, 0);
  const corners = boxIndices(outputs).map((o) => positionOf(o.map((index, i) => index * window.kernel[i]!)));
  const offsets = boxIndices(window.kernel).map((offset) => constant(positionOf(offset), 'int64'));
  const [first, ...others] = tapsOfTiles(x, window, outputs);
  const { values, chosen } = others.reduce(
    (so, tap, i) => ({
      values: maximum(so.values, tap),
      chosen: where(greater(tap, so.values), offsets[i + 1]!, so.chosen),
    }),
    { values: first!, chosen: offsets[0]! },
  );
  return { values, positions: add(chosen, constant(tensor(corners, outputs, 'int64'))) };
};
