/**
 * Iterative refinement of (η, r): Newton's method on both equations at once, with the residual taken on the problem as it was given.
 *
 * The eigendecomposition is accurate in the energy norm, which the softest groups dominate; refinement makes every row of the stationarity equation
 * hold to rounding error, so that each group's η_s is right relative to what its own row can tell.
 */

import type { Reduction } from './elimination.js';
import type { Residual } from './residual.js';
import { defect, residual } from './residual.js';
import type { Secular } from './secular.js';
import { radius } from './secular.js';
import type { Spectrum } from './spectrum.js';
import type { System } from './system.js';

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

/** Refinement where no cubic term acts: r follows from η. */
export const refineNewton = (system: System, { expand }: Reduction, start: Point): Point => {
  const none = new Float64Array(0);
  return improve(system, start, ({ eta }, { rho }) => {
    const next = add(eta, expand(none, rho));
    return { eta: next, r: Math.hypot(...next.map((value, s) => system.d[s] * value)) };
  });
};

/**
 * Eigenvalues of the shifted matrix (relative to the reference) below this are the pole's: along them the norm equation, not the
 * stationarity equation, fixes the solution, and their part of the solution changes in length only.
 */
const nearPole = 1e-3;

/** Step (δz, δξ) of Newton's method in the coordinates of the spectrum, for the residual's coordinates `rho` and the missing radius. */
const newtonStep = (
  { nu, e }: Secular,
  t: number,
  z: Float64Array,
  rho: Float64Array,
  missing: number,
): { readonly dz: Float64Array; readonly dxi: number } => {
  const length = radius(nu, z);
  const f = e.map((value, i) => value + nu[i] * t);
  const polar = (i: number): boolean => f[i] <= nearPole;
  // Unknowns: δξ, and τ in δz = τz on the pole's eigenvectors; the others follow as δz = (ρ − νzδξ)/f. With E = Σ f z², V = Σ ν z² over the pole's,
  // E τ + V δξ = Σ z ρ    and    V τ + Σ_others ν z δz = length (δξ + missing).
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
 * Refinement of a solution with coordinates z at distance t from the pole.
 *
 * In the units of the secular equation, 1 in ξ stands for a radius of s/c and 1 in z for s^{3/2}/c, with s the reference shift.
 */
export const refineCubic = (
  system: System,
  { reduce, expand }: Reduction,
  equation: Secular,
  { analyze, synthesize }: Spectrum,
  shift: number,
  { t, z }: { readonly t: number; readonly z: Float64Array },
  start: Point,
): Point => {
  const radiusUnit = shift / system.c;
  const root = Math.sqrt(shift);
  // In the hard case g has nothing but rounding error on the null space, and following it would move r off the pole.
  const isHeld = (i: number): boolean => equation.e[i] > 0 || equation.a[i] !== 0;
  return improve(system, start, ({ eta, r }, { rho, radiusError }) => {
    const coordinates = analyze(reduce(rho)).map((value, i) => (isHeld(i) ? value / root / radiusUnit : 0));
    const xi = r / radiusUnit;
    const { dz, dxi } = newtonStep(equation, t, z, coordinates, -radiusError * xi);
    const y = synthesize(dz.map((value) => value * root * radiusUnit));
    return { eta: add(eta, expand(y, rho)), r: r + dxi * radiusUnit };
  });
};
