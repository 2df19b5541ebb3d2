/** Resizing of one axis of an expression: by picking elements, or by weighing them. */

import { productOfDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { constant, tensor } from '../ops/constant.js';
import { gather } from '../ops/gather.js';
import { matmul } from '../ops/matmul.js';
import { reshape } from '../ops/reshape.js';
import { matrixTranspose } from '../ops/transpose.js';

/**
 * x [..., from, ...] with its elements at `indices` (whole numbers from 0 to from − 1) along `axis`. A gather even where every element is
 * repeated equally often: ONNX Runtime's Expand along the last axis takes longer than the gather and its adjoint together. And it is
 * exact for infinite elements and for every type, which a product with zeros and ones is not.
 */
export const pickAlong = (x: Expr, axis: number, indices: readonly number[]): Expr =>
  gather(x, constant(tensor(indices, [indices.length], 'int64')), axis);

/**
 * The matrix [to, from], row-major, times x [..., from, ...] along `axis`, in x's type. A product with a dense constant, though most of
 * its entries are 0: two gathers, weighed and added, take five times as long from 48 to 96 elements, and their adjoint four times.
 */
export const mixAlong = (x: Expr, axis: number, to: number, matrix: Float64Array): Expr => {
  const from = x.shape[axis] as number;
  const weights = constant(tensor(matrix, [to, from], x.dtype));
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  if (after.length === 0) return matmul(x, matrixTranspose(weights));
  const columns = reshape(x, [productOfDims(before), from, productOfDims(after)]);
  return reshape(matmul(weights, columns), [...before, to, ...after]);
};
