/** The model T that the solver minimises. */

import type { CubicProblem } from './problem.js';
import { norm } from './vector.js';

/**
 * T(η) = −gᵀη + ½ ηᵀHη + (λ/6)‖Dη‖³, the model of L(θ − U I η) − L(θ) (arXiv 2312.03885, equation 8).
 *
 * @param problem as {@link solveCubic} takes it; not checked.
 * @returns a function of η (length S; not checked, either). Not finite where an entry is not, or where T overflows.
 */
export const cubicObjective =
  ({ H, g, d, lambda }: CubicProblem) =>
  (eta: readonly number[]): number => {
    let linear = 0;
    let quadratic = 0;
    for (let s = 0; s < eta.length; s++) {
      let row = 0;
      for (let t = 0; t < eta.length; t++) row += H[s][t] * eta[t];
      linear += g[s] * eta[s];
      quadratic += row * eta[s];
    }
    const radius = norm(Float64Array.from(eta, (value, s) => d[s] * value));
    return -linear + quadratic / 2 + (lambda / 6) * radius ** 3;
  };
