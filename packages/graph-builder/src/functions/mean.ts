/** Means over axes, also where a dimension is a symbol. */

import type { Dim } from '../dim.js';
import { type Expr, isFloat } from '../expr.js';
import { cast } from '../ops/cast.js';
import { dims } from '../ops/dims.js';
import { integerDivide } from '../ops/integerDivide.js';
import { mul } from '../ops/mul.js';
import { reciprocal } from '../ops/reciprocal.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { normalizeAxis, sizeOf } from '../shape.js';
import type { DType } from '../tensor.js';

/** A dimension as a scalar of any numeric type. */
export const dimAsScalar = (dim: Dim, dtype: DType): Expr => cast(reshape(dims([dim]), []), dtype);

/**
 * Mean over the given axes (default: all), which are removed. The divisor of a symbolic axis is computed at run time. A mean of integers
 * is one, rounded towards zero, and has no derivative. Throws GraphError on bool and for an axis that is not there.
 */
export const mean = (x: Expr, axes: readonly number[] = x.shape.map((_, i) => i)): Expr => {
  const count = sizeOf(axes.map((axis) => x.shape[normalizeAxis('mean', axis, x.shape.length)]!));
  const [sum, divisor] = [reduceSum(x, axes), dimAsScalar(count, x.dtype)];
  return isFloat(x.dtype) ? mul(sum, reciprocal(divisor)) : integerDivide(sum, divisor);
};
