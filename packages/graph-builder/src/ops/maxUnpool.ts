/** MaxUnpool: elements put back where maxima were found, zeros elsewhere (https://onnx.ai/onnx/operators/onnx__MaxUnpool.html). */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { type Shape, sameShape, sizeOf, unequalLengths } from '../shape.js';
import { constant } from './constant.js';
import { expand } from './expand.js';
import { maximum } from './extremum.js';
import { mul } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { reshape } from './reshape.js';
import { scatterElements } from './scatterElements.js';

/**
 * Zeros of a shape, with the elements of x at positions (int64, x's shape) counted row-major through the whole of it. Where
 * windows overlapped (`shared`) several elements may come from one place; their mean is put there, which is each of them as long
 * as they are the maxima that were found. Without `shared` no position may occur twice. Throws GraphError where shapes differ.
 */
export const maxUnpool = (x: Expr, positions: Expr, shape: Shape, shared = true): Expr => {
  if (!sameShape(x.shape, positions.shape))
    throw new GraphError(
      'maxUnpool',
      `positions ${describe(positions)} must have the shape of ${describe(x)}`,
      unequalLengths(x.shape, positions.shape),
    );
  const [places, size] = [reshape(positions, [-1]), sizeOf(shape)];
  const scatter = (values: Expr): Expr => scatterElements(values, places, 0, size);
  const sums = scatter(reshape(x, [-1]));
  if (!shared) return reshape(sums, shape);
  const counts = scatter(expand(constant(1, x.dtype), places.shape));
  return reshape(mul(sums, reciprocal(maximum(counts, 1))), shape);
};
