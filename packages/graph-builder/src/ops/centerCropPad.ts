/** CenterCropPad: an operand cut or surrounded by zeros about its centre (https://onnx.ai/onnx/operators/onnx__CenterCropPad.html). */

import { subtractDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import type { Shape } from '../shape.js';
import { pad } from './pad.js';
import { slice } from './slice.js';

/**
 * x with the lengths of `shape`, one an axis: the middle of a longer axis, a shorter one between zeros. Where the difference is
 * odd, one element more is cut off, or one zero more put, at the end. Throws GraphError where a difference is not known.
 */
export const centerCropPad = (x: Expr, shape: Shape): Expr => {
  const missing = x.shape.map((d, i) => (shape[i] === undefined ? Number.NaN : subtractDims(shape[i], d)));
  if (shape.length !== x.shape.length || !missing.every((m) => typeof m === 'number')) {
    throw new GraphError(
      'centerCropPad',
      `[${shape.join(', ')}] must name a length for each axis of ${describe(x)} that differs from it by a known number`,
    );
  }
  const half = (count: number): number => Math.floor(Math.max(count, 0) / 2);
  const cropped = slice(
    x,
    missing.map((m) => half(-m)),
    x.shape.map((d, i) => (missing[i]! < 0 ? shape[i]! : d)),
  );
  return pad(
    cropped,
    missing.map(half),
    missing.map((m) => Math.max(m, 0) - half(m)),
  );
};
