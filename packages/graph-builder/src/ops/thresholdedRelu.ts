/** ThresholdedRelu: x above a threshold, zero elsewhere. */

import type { Expr } from '../expr.js';
import { greater } from './compare.js';
import { constant } from './constant.js';
import { where } from './where.js';

/** x where x > α, 0 elsewhere, elementwise; the derivative at α is 0. */
export const thresholdedRelu = (x: Expr, alpha = 1): Expr => where(greater(x, alpha), x, constant(0, x.dtype));
