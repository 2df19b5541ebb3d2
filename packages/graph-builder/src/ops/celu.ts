/** Celu: the exponential linear unit whose slope is continuous for every α (Barron 2017, arXiv 1704.07483). */

import { GraphError } from '../error.js';
import type { Expr } from '../expr.js';
import { elu } from './elu.js';
import { mul } from './mul.js';

/** x above zero, α(e^(x/α) − 1) below, elementwise. Throws GraphError unless α > 0. */
export function celu(x: Expr, alpha = 1): Expr {
  if (!(alpha > 0)) throw new GraphError('celu', `alpha is ${alpha}; give a positive number`);
  return mul(elu(mul(x, 1 / alpha)), alpha);
}
