/** Grids for `gridSample` from affine maps (https://onnx.ai/onnx/operators/onnx__AffineGrid.html). */

import type { Expr } from '../expr.js';
import { concat } from '../ops/concat.js';
import { constant, tensor } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { matmul } from '../ops/matmul.js';
import { reshape } from '../ops/reshape.js';
import { matrixTranspose } from '../ops/transpose.js';
import { elementCount } from '../tensor.js';

const centres = (length: number, alignCorners: boolean): readonly number[] =>
  Array.from({ length }, (_, i) => (alignCorners ? (2 * i) / (length - 1) : (2 * i + 1) / length) - 1);

/**
 * Where the affine maps theta [N, r, r + 1] take the elements of an image of r axes, −1 to 1 along each: [N, ...lengths, r], the last
 * axis's coordinate first. With `alignCorners` −1 and 1 are the outer elements' centres, and each length must be 2 or more; else their outer
 * edges.
 */
export const affineGrid = (theta: Expr, lengths: readonly number[], alignCorners: boolean): Expr => {
  const count = elementCount(lengths);
  // Spread when the graph runs, so that a file does not grow with its images; a runtime does it when it opens the file.
  const column = (axis: number): Expr => {
    const along = lengths.map((length, i) => (i === axis ? length : 1));
    const values = constant(tensor(centres(lengths[axis]!, alignCorners), along, theta.dtype));
    return reshape(expand(values, lengths), [count, 1]);
  };
  const ones = expand(constant(1, theta.dtype), [count, 1]);
  const elements = concat([...lengths.map((_, i) => column(lengths.length - 1 - i)), ones], 1);
  return reshape(matmul(elements, matrixTranspose(theta)), [theta.shape[0]!, ...lengths, lengths.length]);
};
