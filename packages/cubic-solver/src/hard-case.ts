/** The hard case: g has no part along the lowest eigenspace, and what is left cannot reach the radius at which that eigenspace opens up. */

import type { Secular } from './secular.js';
import { coordinates, radius, solveSecular } from './secular.js';
import type { Spectrum } from './spectrum.js';
import { norm } from './vector.js';

export interface NullStep {
  /** Distance from the pole: 0, or what rounding error in g makes of it. */
  readonly t: number;
  readonly iterations: number;
  /** Coordinates of the solution, the null vector's part included with its positive sign. */
  readonly z: Float64Array;
  /** Coordinates of the solution with the other sign. */
  readonly mirror: Float64Array;
  /** Index among the held groups of the group whose axis lies closest to the null space. */
  readonly leading: number;
  readonly nullity: number;
}

/**
 * The solution at the pole: the minimum-norm solution there, completed by a null vector to the radius of the pole.
 *
 * Every null vector of that length will do. The one chosen is the projection of one group's axis (in y = Dη) on the null space, the axis that
 * lies closest to it: it does not depend on the eigenvectors' signs nor, but for ties, on the scale of the groups.
 *
 * @returns undefined where the problem is not in the hard case.
 */
export const hardCase = (equation: Secular, { nu, eigenvector }: Spectrum): NullStep | undefined => {
  const { a, e, pole } = equation;
  if (!(pole > 0)) return undefined;
  const basis = Array.from(e.keys()).filter((i) => e[i] === 0);
  const along = norm(Float64Array.from(basis, (i) => a[i]));
  // What is left of g on the null space must be rounding error.
  if (along > 8 * a.length * Number.EPSILON * norm(a)) return undefined;
  const regular = coordinates({ ...equation, a: a.map((value, i) => (e[i] === 0 ? 0 : value)) }, 0);
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

  // Rounding error along the null space is not dropped, only turned to the chosen side: where `length` all but reaches the pole, it moves the root.
  const turned = a.map((value, i) => (e[i] === 0 ? along * Math.sqrt(nu[basis[0]]) * unit[i] : value));
  const { t, iterations } = along > 0 ? solveSecular({ ...equation, a: turned }) : { t: 0, iterations: 0 };
  const rest = coordinates({ ...equation, a: turned }, t);
  const missing = along > 0 ? (along / t) * Math.sqrt(1 / nu[basis[0]]) : Math.sqrt((pole - length) * (pole + length));
  const complete = (sign: number): Float64Array =>
    rest.map((value, i) => (e[i] === 0 ? sign * missing * unit[i] : value));
  return { t, iterations, z: complete(1), mirror: complete(-1), leading, nullity: basis.length };
};
