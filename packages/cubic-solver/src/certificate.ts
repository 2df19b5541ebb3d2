/** The evidence that η is the global minimiser, computed from the problem as it was given. */

import { cubicObjective } from './objective.js';
import type { CubicProblem } from './problem.js';
import type { Point } from './refinement.js';
import { residual } from './residual.js';
import { smallestEigenvalue } from './smallestEigenvalue.js';
import type { CubicCertificate } from './solution.js';
import type { System } from './system.js';
import { dot } from './vector.js';

/** What only the solver knows. */
export interface Trace {
  readonly boundaryRadius: number;
  readonly flatDirections: number;
  readonly iterations: number;
  readonly factorizations: number;
}

export const certify = (problem: CubicProblem, system: System, { eta, r }: Point, trace: Trace): CubicCertificate => {
  const { size, H, g, d, c } = system;
  const { backwardError, radiusError } = residual(system, eta, r);

  const scaled = new Float64Array(size * size);
  const w = new Float64Array(size);
  for (let s = 0; s < size; s++) {
    const scale = Math.abs(H[s * size + s]) + c * r * d[s] * d[s];
    w[s] = scale > 0 ? 1 / Math.sqrt(scale) : 1;
  }
  for (let s = 0; s < size; s++) {
    for (let t = 0; t < size; t++) scaled[s * size + t] = H[s * size + t] * w[s] * w[t];
    scaled[s * size + s] += c * r * (d[s] * w[s]) ** 2;
  }

  const slope = dot(g, eta);
  return {
    residual: backwardError,
    radiusError: Math.abs(radiusError),
    smallestEigenvalue: smallestEigenvalue(scaled, size),
    boundaryRadius: trace.boundaryRadius,
    objective: cubicObjective(problem)(Array.from(eta)),
    predictedDecrease: slope / 2 + (c / 6) * r ** 3,
    flatDirections: trace.flatDirections,
    iterations: trace.iterations,
    factorizations: trace.factorizations,
  };
};
