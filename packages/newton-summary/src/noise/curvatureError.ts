/** How far a measured H̄ may lie below the one of all examples. */

import { type SlicedSummary, varianceOfMean } from './slices.js';

type Matrix = readonly (readonly number[])[];

/**
 * The sampling variance of each entry of H̄ [S][S], which is the mean over the slices: without bias for independent examples,
 * whatever the slices' lengths. Each is ≥ 0; not a number where H̄ is not.
 */
export const curvatureVariance = (summary: SlicedSummary): Matrix =>
  summary.Hbar.map((row, s) => row.map((h, t) => varianceOfMean(summary, h, (slice) => slice.Hbar[s]![t]!)));

/**
 * N [S], each ≥ 0, from H̄ and the `variance` of its entries, both [S][S]: the smallest multiple of one scale that makes H̄ +
 * Diag(N) an upper bound: N_s = Σ_t σ_st q_s/q_t, with σ the square roots of `variance` and q_s² = |H̄_ss| + σ_ss. For every
 * error E with |E_st| ≤ σ_st, Diag(N) + E is positive semidefinite, by Gershgorin's theorem on Diag(q)⁻¹ E Diag(q)⁻¹. q has the
 * groups' own scale, so N is invariant under their rescaling. A group whose curvature with itself is 0 in every slice has no
 * scale: it gets 0 and counts for none.
 */
export const curvatureBound = (Hbar: Matrix, variance: Matrix): readonly number[] => {
  const sigma = variance.map((row) => row.map(Math.sqrt));
  const q = Hbar.map((row, s) => Math.sqrt(Math.abs(row[s]!) + sigma[s]![s]!));
  return sigma.map((row, s) => row.reduce((sum, x, t) => (q[t]! > 0 ? sum + (x * q[s]!) / q[t]! : sum), 0));
};
