/** The inverses of a layer's two factors, damped. */

import { and, constant, div, type Expr, greater, mul, reciprocal, sqrt, where } from '@hograd/graph-builder';
import { addDiagonal, trace } from '../../matrices/identity.js';
import { type Approximation, inverse } from '../../matrices/inverse.js';
import type { Factors } from './factors.js';

const meanEigenvalue = (matrix: Expr): Expr => mul(trace(matrix), 1 / Number(matrix.shape[0]));

/**
 * (Ω + π√λ·I)⁻¹ and (Γ + √λ/π·I)⁻¹, λ the damping and π² the ratio of the factors' mean eigenvalues (1 where one of
 * them is zero): of all splits of λ over the factors it adds the least to what is damped, and the product does not see
 * a scale moved from one factor to the other. Martens and Grosse, ICML 2015, section 6.3.
 */
export const dampedInverses = (
  { inputs, outputs }: Factors,
  damping: number,
  iterations: number,
): { readonly inputs: Approximation; readonly outputs: Approximation } => {
  const [a, g] = [meanEigenvalue(inputs), meanEigenvalue(outputs)];
  const both = and(greater(a, 0), greater(g, 0));
  const one = constant(1, a.dtype);
  const pi = where(both, sqrt(div(a, where(both, g, one))), one);
  const root = Math.sqrt(damping);
  const damped = (factor: Expr, gamma: Expr): Approximation =>
    inverse(addDiagonal(factor, gamma), { least: gamma, iterations });
  return { inputs: damped(inputs, mul(pi, root)), outputs: damped(outputs, mul(reciprocal(pi), root)) };
};
