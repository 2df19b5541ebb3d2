/** Mish: x·tanh(softplus x) (Misra 2019, arXiv 1908.08681). */

import type { Expr } from '../expr.js';
import { mul } from './mul.js';
import { softplus } from './softplus.js';
import { tanh } from './tanh.js';

/** x·tanh(ln(1 + eˣ)), elementwise. */
export const mish = (x: Expr): Expr => mul(x, tanh(softplus(x)));
