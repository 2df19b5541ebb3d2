/** Hardmax: 1 where an axis has its first largest element, 0 elsewhere. Piecewise constant, and so without a derivative. */

import type { Expr } from '../expr.js';
import { argMax } from './argExtremum.js';
import { constant } from './constant.js';
import { oneHot } from './oneHot.js';

/** 1 at the first largest element along an axis, 0 at the others, in x's shape and type. */
export const hardmax = (x: Expr, axis = -1): Expr =>
  oneHot(argMax(x, axis), x.shape.at(axis)!, constant(1, x.dtype), constant(0, x.dtype), axis);
