/** Mean-variance normalisation (https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html). */

import { type Expr, requireFloat } from '../expr.js';
import { add } from '../ops/add.js';
import { mul, square } from '../ops/mul.js';
import { reciprocal } from '../ops/reciprocal.js';
import { rootOfPowers } from '../ops/reduceNorm.js';
import { sub } from '../ops/sub.js';
import { normalizeAxis } from '../shape.js';
import { keptMean } from './standardize.js';

/** Added to the deviation, by ONNX's definition of the operator. */
const EPSILON = 1e-9;

/**
 * (x − mean)/(deviation + 10⁻⁹) along axes (default: batch, height and width of [N, C, H, W]). Where all elements are equal the
 * deviation's derivative is 0, as `reduceL2`'s is. Throws GraphError on integers.
 */
export const meanVarianceNorm = (x: Expr, axes: readonly number[] = [0, 2, 3]): Expr => {
  requireFloat('meanVarianceNorm', x);
  const over = axes.map((axis) => normalizeAxis('meanVarianceNorm', axis, x.shape.length));
  const centred = sub(x, keptMean(x, over));
  const deviation = rootOfPowers(keptMean(square(centred), over), 2);
  return mul(centred, reciprocal(add(deviation, EPSILON)));
};
