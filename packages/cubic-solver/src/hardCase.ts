/**
 * The hard case: g has no part along the lowest eigenspace, and what is left cannot reach the radius at which that
 * eigenspace opens up.
 */

import type { Secular, SecularSolution } from './secular.js';
import { coordinates, radius, solveSecular } from './secular.js';
import type { Spectrum } from './spectrum.js';
import { norm } from './vector.js';

export interface HardCase {
  /**
   * The solution with the null vector's part of positive sign. Its equation is without what rounding error left of g on
   * the null space, and without the rounding errors between the lowest eigenvalues.
   */
  readonly solution: SecularSolution;
  /** The solution with the other sign. */
  readonly mirror: SecularSolution;
  /** Index among the held groups of the group whose axis lies closest to the null space. */
  readonly leading: number;
  readonly nullity: number;
}

/**
 * The solution at the pole: the minimum-norm solution there, completed by a null vector to the radius of the pole.
 *
 * Every null vector of that length will do. The one chosen is the projection of one group's axis (in y = Dη) on the
 * null space, the axis that lies closest to it: it does not depend on the eigenvectors' signs nor, but for ties, on the
 * scale of the groups.
 *
 * @returns undefined where the problem is not in the hard case.
 */
export const hardCase = ({ nu, a, e, pole }: Secular, { eigenvector }: Spectrum): HardCase | undefined => {
  if (!(pole > 0)) return undefined;
  const rounding = 8 * a.length * Number.EPSILON;
  const basis = Array.from(e.keys()).filter((i) => e[i] <= rounding);
  const isNull = e.map((value) => (value <= rounding ? 1 : 0));
  const along = norm(Float64Array.from(basis, (i) => a[i]));
  if (along > rounding * norm(a)) return undefined;

  const flat: Secular = {
    nu,
    a: a.map((value, i) => (isNull[i] ? 0 : value)),
    e: e.map((value, i) => (isNull[i] ? 0 : value)),
    pole,
  };
  const regular = coordinates(flat, 0);
  const length = radius(nu, regular);
  if (length > pole) return undefined;

  const vectors = basis.map(eigenvector);
  const closeness = a.map((_, s) => vectors.reduce((sum, vector) => sum + vector[s] * vector[s], 0));
  const closest = Math.max(...closeness);
  const leading = closeness.findIndex((value) => value >= (1 - 1e-8) * closest);
  // Coordinates of the null vector of norm 1 (Σ ν z² = 1).
  const unit = new Float64Array(a.length);
  basis.forEach((i, k) => {
    unit[i] = vectors[k][leading] / Math.sqrt(closeness[leading] * nu[i]);
  });

  // The rounding error along the null space is turned to the chosen side, not dropped: where `length` all but reaches
  // the pole, it moves the root.
  const weight = along * Math.sqrt(nu[0]);
  const turned = { ...flat, a: flat.a.map((value, i) => value + weight * unit[i]) };
  const { t, iterations } = along > 0 ? solveSecular(turned) : { t: 0, iterations: 0 };
  const missing = along > 0 ? weight / (nu[0] * t) : Math.sqrt((pole - length) * (pole + length));
  const rest = coordinates(flat, t);
  const complete = (sign: number): SecularSolution => ({
    equation: flat,
    t,
    z: rest.map((value, i) => value + sign * missing * unit[i]),
    iterations,
  });
  return { solution: complete(1), mirror: complete(-1), leading, nullity: basis.length };
};
