/** PRelu: LeakyRelu with a slope that is a tensor and has a derivative of its own. */

import type { Expr } from '../expr.js';
import { greater } from './compare.js';
import { mul } from './mul.js';
import { where } from './where.js';

/** x above zero, slope·x below; the slope broadcasts to x. At 0 the derivative in x is the slope (PyTorch's convention). */
export const prelu = (x: Expr, slope: Expr): Expr => where(greater(x, 0), x, mul(x, slope));
