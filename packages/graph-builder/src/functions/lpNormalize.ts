/** Vectors divided by their norm (https://onnx.ai/onnx/operators/onnx__LpNormalization.html). */

import type { Expr } from '../expr.js';
import { equal } from '../ops/compare.js';
import { constant } from '../ops/constant.js';
import { mul } from '../ops/mul.js';
import { reciprocal } from '../ops/reciprocal.js';
import { reduceLp } from '../ops/reduceNorm.js';
import { keptShape } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { where } from '../ops/where.js';
import { normalizeAxis } from '../shape.js';

/**
 * x/(Σ|x|^p)^(1/p) along an axis; a vector of zeros stays one, and its derivative is 0. Throws GraphError unless p is a whole
 * number, 1 or more.
 */
export const lpNormalize = (x: Expr, axis = -1, p = 2): Expr => {
  const at = normalizeAxis('lpNormalize', axis, x.shape.length);
  const norm = reshape(reduceLp(x, p, [at]), keptShape(x, [at]));
  const zero = equal(norm, 0);
  const safe = where(zero, constant(1, x.dtype), norm);
  return mul(x, where(zero, constant(0, x.dtype), reciprocal(safe)));
};
