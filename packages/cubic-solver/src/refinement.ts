/**
 * Iterative refinement of (η, r): Newton's method on both equations at once, with the residual taken on the problem as
 * it was given.
 *
 * The eigendecomposition is accurate in the energy norm, which the softest groups dominate; refinement makes every row
 * of the stationarity equation hold to rounding error, so that each group's η_s is right relative to what its own row
 * can tell.
 */

import type { Reduction } from './elimination.js';
import type { Residual } from './residual.js';
import { defect, residual } from './residual.js';
import type { SecularSolution } from './secular.js';
import { radius } from './secular.js';
import type { Spectrum } from './spectrum.js';
import type { System } from './system.js';
import { norm } from './vector.js';

export interface Point {
  readonly eta: Float64Array;
  readonly r: number;
}

/** Improves while it can, at most 3 times. `correct` maps the residual of a point to the next point. */
const improve = (system: System, start: Point, correct: (point: Point, found: Residual) => Point): Point => {
  let point = start;
  let found = residual(system, point.eta, point.r);
  for (let round = 0; round < 3; round++) {
    const next = correct(point, found);
    const after = residual(system, next.eta, next.r);
    if (!(defect(after) < defect(found))) break;
    const done = defect(after) > defect(found) / 4;
    point = next;
    found = after;
    if (done) break;
  }
  return point;
};

const add = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]);

/** The point with y = 0 on the held groups, refined: the free groups alone carry the step, and r follows from η. */
export const pointAtRest = (system: System, { held, expand }: Reduction): Point => {
  const rest = new Float64Array(held.length);
  const at = (eta: Float64Array): Point => ({ eta, r: norm(eta.map((value, s) => system.d[s] * value)) });
  return improve(system, at(expand(rest, system.g)), ({ eta }, { rho }) => at(add(eta, expand(rest, rho))));
};

/**
 * Eigenvalues of the shifted matrix (relative to the reference) below this are the pole's: along them the norm
 * equation, not the stationarity equation, fixes the solution, and their part of the solution changes in length only.
 */
const nearPole = 1e-3;

interface Step {
  readonly dz: Float64Array;
  readonly dxi: number;
}

/**
 * Newton's step for (1 − ν + ξν) δz + ν z δξ = ρ and Σ ν z δz = ‖z‖ (δξ + missing), with ‖z‖² = Σ ν z².
 *
 * The unknowns are δξ, and τ in δz = τz on the pole's eigenvectors; the others follow as δz = (ρ − ν z δξ)/f. With E =
 * Σ f z² and V = Σ ν z² over the pole's, E τ + V δξ = Σ z ρ and V τ + Σ_others ν z δz = ‖z‖ (δξ + missing): two
 * equations, well conditioned also where f vanishes.
 */
const newtonStep = ({ equation: { nu, e }, t, z }: SecularSolution, rho: Float64Array, missing: number): Step => {
  const length = radius(nu, z);
  const f = e.map((value, i) => value + nu[i] * t);
  const polar = (i: number): boolean => f[i] <= nearPole;
  let E = 0;
  let V = 0;
  let zRho = 0;
  let fall = length;
  let rest = length * missing;
  for (let i = 0; i < z.length; i++) {
    const weighted = nu[i] * z[i];
    if (polar(i)) {
      E += f[i] * z[i] * z[i];
      V += weighted * z[i];
      zRho += z[i] * rho[i];
    } else {
      fall += (weighted * weighted) / f[i];
      rest -= (weighted * rho[i]) / f[i];
    }
  }
  const dxi = V > 0 ? (V * zRho - E * rest) / (V * V + E * fall) : -rest / fall;
  const tau = V > 0 ? (rest + fall * dxi) / V : 0;
  return { dz: z.map((value, i) => (polar(i) ? tau * value : (rho[i] - nu[i] * value * dxi) / f[i])), dxi };
};

/**
 * The point that a solution of the secular equation stands for, refined. On the held groups `still`, which nothing pulls and nothing couples
 * to the others, η is 0: rounding would leave them a part of the others' eigenvectors, which no residual of their own rows is small
 * against.
 */
export const pointAt = (
  system: System,
  { reduce, expand }: Reduction,
  { radiusUnit, analyze, synthesize }: Spectrum,
  solution: SecularSolution,
  still: readonly boolean[],
): Point => {
  const vector = (z: Float64Array): Float64Array => synthesize(z).map((value, i) => (still[i] ? 0 : value));
  const { equation, t, z } = solution;
  // In the hard case g has nothing but rounding error on the null space, and following it would move r off the pole.
  const isDriven = (i: number): boolean => equation.e[i] > 0 || equation.a[i] !== 0;
  const start = { eta: expand(vector(z), system.g), r: (equation.pole + t) * radiusUnit };
  return improve(system, start, ({ eta, r }, { rho, radiusError }) => {
    const driving = analyze(reduce(rho)).map((value, i) => (isDriven(i) ? value : 0));
    const { dz, dxi } = newtonStep(solution, driving, (-radiusError * r) / radiusUnit);
    return { eta: add(eta, expand(vector(dz), rho)), r: r + dxi * radiusUnit };
  });
};
