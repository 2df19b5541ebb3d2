/**
 * Independent answers about a cubic subproblem: is it bounded, how large are its rounding errors, and what does a plain
 * descent method reach?
 */

import { EigenvalueDecomposition, LuDecomposition, Matrix } from 'ml-matrix';
import type { CubicProblem } from '../src/index.js';
import { cubicObjective } from '../src/index.js';
import { vector } from './problems.js';

const isFree = ({ d, lambda }: CubicProblem, s: number): boolean => d[s] === 0 || lambda === 0;

/**
 * The smallest eigenvalue of H on the groups without cubic term, scaled to unit diagonal; +Infinity where there are
 * none. T is bounded below if it is > 0, unbounded if it is < 0. A group with H_ss ≤ 0 there counts as −1, unless its
 * row of H and its g are zero: it is left out.
 */
export const freeCurvature = (problem: CubicProblem): number => {
  const { H, g } = problem;
  const free = g.flatMap((value, s) =>
    isFree(problem, s) && (value !== 0 || H[s].some((entry) => entry !== 0)) ? [s] : [],
  );
  if (free.length === 0) return Number.POSITIVE_INFINITY;
  if (free.some((s) => H[s][s] <= 0)) return -1;
  const scaled = free.map((s) => free.map((t) => H[s][t] / Math.sqrt(H[s][s]) / Math.sqrt(H[t][t])));
  return Math.min(...new EigenvalueDecomposition(new Matrix(scaled), { assumeSymmetric: true }).realEigenvalues);
};

/** The sum of the absolute values of T's terms at η: T is known to about 1e-16 of it. */
export const termSize = ({ H, g, d, lambda }: CubicProblem, eta: readonly number[]): number => {
  let linear = 0;
  let quadratic = 0;
  for (let s = 0; s < eta.length; s++) {
    let row = 0;
    for (let t = 0; t < eta.length; t++) row += Math.abs(H[s][t] * eta[t]);
    linear += Math.abs(g[s] * eta[s]);
    quadratic += row * Math.abs(eta[s]);
  }
  return linear + quadratic / 2 + (lambda / 6) * Math.hypot(...eta.map((value, s) => d[s] * value)) ** 3;
};

/**
 * Descends from a point by Newton's method with Levenberg's damping, in variables scaled to unit curvature; it knows
 * nothing of the secular equation and may stop at a saddle or a local minimum.
 *
 * @returns the lowest point reached in 40 steps.
 */
export const descend = (problem: CubicProblem, start: readonly number[]): readonly number[] => {
  const { H, g, d, lambda } = problem;
  const c = lambda / 2;
  const T = cubicObjective(problem);
  let eta = start;
  let value = T(eta);
  let damping = 1e-3;
  for (let step = 0; step < 40 && damping < 1e16; step++) {
    const y = eta.map((entry, s) => d[s] * entry);
    const r = Math.hypot(...y);
    const slope = eta.map(
      (entry, s) => g[s] - H[s].reduce((sum, h, t) => sum + h * eta[t], 0) - c * r * d[s] * d[s] * entry,
    );
    const curvature = H.map((row, s) =>
      row.map((h, t) => h + (s === t ? c * r * d[s] * d[s] : 0) + (r > 0 ? (c * d[s] * y[s] * d[t] * y[t]) / r : 0)),
    );
    const w = curvature.map((row, s) => {
      const size = Math.max(Math.abs(row[s]), Math.abs(H[s][s]) * 1e-3);
      return size > 0 ? 1 / Math.sqrt(size) : 1;
    });
    const scaled = curvature.map((row, s) => row.map((h, t) => h * w[s] * w[t] + (s === t ? damping : 0)));
    const factors = new LuDecomposition(new Matrix(scaled));
    const move = factors.isSingular()
      ? vector(g.length, () => 0)
      : factors.solve(Matrix.columnVector(slope.map((entry, s) => entry * w[s]))).to1DArray();
    const next = eta.map((entry, s) => entry + w[s] * move[s]);
    const reached = T(next);
    if (reached < value) {
      eta = next;
      value = reached;
      damping /= 10;
    } else damping = Math.max(damping, 1e-6) * 10;
  }
  return eta;
};
