/** Swish: x·σ(αx), SiLU where α is 1 (Ramachandran et al. 2017, arXiv 1710.05941). */

import type { Expr } from '../expr.js';
import { mul } from './mul.js';
import { sigmoid } from './sigmoid.js';

/** x/(1 + e^(−αx)), elementwise. */
export const swish = (x: Expr, alpha = 1): Expr => mul(x, sigmoid(mul(x, alpha)));
