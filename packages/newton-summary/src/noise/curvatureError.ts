/** How far a measured H̄ may lie below the one of all examples. */

import { mixMatrices } from '../summary/mix.js';
import type { SlicedSummary } from './slices.js';

type Matrix = readonly (readonly number[])[];

/**
 * The sampling variance of each entry of H̄ [S][S]: Σ_i n_i (H̄_i − H̄)² / (n (k − 1)) over the k slices of n_i examples, without
 * bias for independent examples, whatever the slices' lengths.
 */
export const curvatureVariance = ({ count, Hbar, slices }: SlicedSummary): Matrix => {
  const zeros = Hbar.map((row) => row.map(() => 0));
  return slices.reduce<Matrix>((sum, slice) => {
    const squares = slice.Hbar.map((row, s) => row.map((h, t) => (h - Hbar[s]![t]!) ** 2));
    return mixMatrices(1, sum, slice.count / count / (slices.length - 1), squares);
  }, zeros);
};

/**
 * N [S], the smallest multiple of one scale that makes H̄ + Diag(N) an upper bound: N_s = Σ_t σ_st q_s/q_t, with σ the square
 * roots of `variance` and q_s² = |H̄_ss| + σ_ss. For every error E with |E_st| ≤ σ_st, Diag(N) + E is positive semidefinite, by
 * Gershgorin's theorem on Diag(q)⁻¹ E Diag(q)⁻¹. q has the groups' own scale, so N is invariant under their rescaling. A group
 * whose curvature with itself is 0 in every slice has no scale: it gets 0 and counts for none.
 */
export const curvatureBound = (Hbar: Matrix, variance: Matrix): readonly number[] => {
  const sigma = variance.map((row) => row.map(Math.sqrt));
  const q = Hbar.map((row, s) => Math.sqrt(Math.abs(row[s]!) + sigma[s]![s]!));
  return sigma.map((row, s) => row.reduce((sum, x, t) => (q[t]! > 0 ? sum + (x * q[s]!) / q[t]! : sum), 0));
};
