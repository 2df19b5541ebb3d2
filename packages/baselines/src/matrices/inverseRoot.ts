/** Inverse roots of positive definite matrices by matrix products alone. */

import { type Expr, matmul, mul, neg, pow, reciprocal } from '@hograd/graph-builder';
import { distanceFromIdentity, rowSumNorm } from './bounds.js';
import { addDiagonal, identity } from './identity.js';
import type { Approximation } from './inverse.js';

/** Mᵖ for a whole p ≥ 1, by repeated squaring. */
export const matrixPower = (matrix: Expr, p: number): Expr => {
  if (p === 1) return matrix;
  const half = matrixPower(matrix, Math.floor(p / 2));
  const even = matmul(half, half);
  return p % 2 === 0 ? even : matmul(even, matrix);
};

/**
 * M^(−1/p) for a symmetric positive definite M [n, n] and a whole p ≥ 1, by the coupled Newton iteration T = ((p + 1)I
 * − N)/p, X ← XT, N ← TᵖN from N = zM, X = z^(1/p)·I with z = (1 + p)/(2‖M‖∞): N goes to I and keeps N = XᵖM. Small
 * eigenvalues of N grow by a factor of about (1 + 1/p)ᵖ an iteration, so a condition number κ takes about ln κ + 5. The
 * residual is the largest entry of |I − N|. Guo and Higham, SIAM J. Matrix Anal. Appl. 28, 2006; for Shampoo: Anil et
 * al., arXiv 2002.09018, appendix.
 */
export const inverseRoot = (matrix: Expr, p: number, iterations: number): Approximation => {
  const z = mul(reciprocal(rowSumNorm(matrix)), (1 + p) / 2);
  let x = mul(identity(Number(matrix.shape[0]), matrix.dtype), pow(z, 1 / p));
  let n = mul(matrix, z);
  for (let k = 0; k < iterations; k++) {
    const t = addDiagonal(mul(neg(n), 1 / p), (p + 1) / p);
    x = matmul(x, t);
    n = matmul(matrixPower(t, p), n);
  }
  return { value: x, residual: distanceFromIdentity(n) };
};
