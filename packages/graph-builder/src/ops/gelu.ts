/** Gelu: the Gaussian error linear unit (Hendrycks and Gimpel 2016, arXiv 1606.08415). */

import type { Expr } from '../expr.js';
import { add } from './add.js';
import { erf } from './erf.js';
import { mul, square } from './mul.js';
import { tanh } from './tanh.js';

/** xΦ(x) with Φ the standard normal distribution function: ½x(1 + erf(x/√2)), elementwise. */
export const gelu = (x: Expr): Expr => mul(mul(x, add(erf(mul(x, Math.SQRT1_2)), 1)), 0.5);

/** The approximation ½x(1 + tanh(√(2/π)(x + 0.044715x³))), elementwise. */
export const geluTanh = (x: Expr): Expr => {
  const inner = mul(mul(x, add(mul(square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, add(tanh(inner), 1)), 0.5);
};
