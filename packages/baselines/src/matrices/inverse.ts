/** Inverses of positive definite matrices by matrix products alone, on any runtime. */

import {
  add,
  div,
  type Expr,
  matmul,
  matrixTranspose,
  maximum,
  mul,
  reciprocal,
  square,
  sub,
} from '@hograd/graph-builder';
import { distanceFromIdentity, rowSumNorm } from './bounds.js';
import { identity } from './identity.js';

export interface InverseOptions {
  /** A lower bound on the moduli of the eigenvalues, as far as known: it sets the pace, not the result. */
  readonly least: Expr;
  /** Each makes the range of eigenvalues about 4 times shorter, and squares the error in the end. */
  readonly iterations: number;
  /** May M have negative eigenvalues? Then the iterations see the square of its condition number. Default false. */
  readonly indefinite?: boolean;
}

export interface Approximation {
  readonly value: Expr;
  /** Largest entry of |I − M·X|: what the iterations left undone, with rounding. */
  readonly residual: Expr;
}

/**
 * Condition numbers beyond this are out of a precision's reach. Were ρ to round to 1, the next c would double what is
 * done.
 */
const condition = (matrix: Expr): number => (matrix.dtype === 'float64' ? 1e13 : 1e6);

/**
 * M⁻¹ for a symmetric nonsingular M [n, n], positive definite unless said, by scaled Newton–Schulz iterations X ← cX(2I
 * − MX). If the eigenvalues of MX lie in [1 − ρ, 1 + ρ], those of MX(2I − MX) lie in [1 − ρ², 1], and c = 2/(2 − ρ²)
 * centres them on 1 again with ρ²/(2 − ρ²) as the new ρ: far from convergence this is twice as fast as without c. It
 * starts from a multiple of I, or of M where M is indefinite, which makes MX positive definite; a condition number κ of
 * MX takes about ½log₂κ + 4 iterations. Schulz, ZAMM 13, 1933; the scaling is Pan and Schreiber's, SIAM J. Sci. Stat.
 * Comput. 12, 1991.
 */
export const inverse = (matrix: Expr, { least, iterations, indefinite = false }: InverseOptions): Approximation => {
  const one = identity(Number(matrix.shape[0]), matrix.dtype);
  const [start, bound] = indefinite ? [matrix, square] : [one, (x: Expr) => x];
  const upper = bound(rowSumNorm(matrix));
  const lower = maximum(mul(upper, 1 / condition(matrix)), bound(least));
  const sum = add(lower, upper);
  let rho = div(sub(upper, lower), sum);
  let x = mul(start, mul(reciprocal(sum), 2));
  for (let k = 0; k < iterations; k++) {
    const room = sub(2, square(rho));
    x = mul(matmul(x, sub(mul(one, 2), matmul(matrix, x))), mul(reciprocal(room), 2));
    rho = div(square(rho), room);
  }
  // Exactly symmetric as M is; rounding leaves a difference that later products would carry on.
  const value = mul(add(x, matrixTranspose(x)), 0.5);
  return { value, residual: distanceFromIdentity(matmul(matrix, value)) };
};
