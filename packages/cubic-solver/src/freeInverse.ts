/** Inverse of H on the free groups, those on which no cubic term acts, with the test that T has a minimum over them. */

import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { components, pulledBy } from './components.js';
import type { Unbounded } from './error.js';
import { unbounded } from './error.js';
import type { System } from './system.js';
import { dot, norm } from './vector.js';

/**
 * The inverse of H on the free groups (its pseudo-inverse where H is flat) as a map between vectors over the free
 * groups.
 */
export interface FreeInverse {
  readonly apply: (f: Float64Array) => Float64Array;
  readonly flatDirections: number;
}

const isInert = ({ size, H, g }: System, group: number): boolean => {
  if (g[group] !== 0) return false;
  for (let t = 0; t < size; t++) if (H[group * size + t] !== 0) return false;
  return true;
};

const axis = (size: number, group: number): readonly number[] =>
  Array.from({ length: size }, (_, s) => (s === group ? 1 : 0));

/** Groups with an entry in a direction that is not rounding error. */
const support = (direction: readonly number[], weight: (group: number) => number): readonly number[] => {
  const sizes = direction.map((value, s) => Math.abs(value) * weight(s));
  const threshold = 1e-8 * Math.max(...sizes);
  return sizes.flatMap((value, s) => (value > threshold ? [s] : []));
};

/** The largest off-diagonal entry of a symmetric matrix; a coupling of 0 where there is none. */
const steepestPair = (A: readonly (readonly number[])[]) => {
  let pair = { row: 0, column: 0, coupling: 0, sign: 1 };
  A.forEach((entries, row) => {
    for (let column = 0; column < row; column++) {
      const coupling = Math.abs(entries[column]);
      if (coupling > pair.coupling) pair = { row, column, coupling, sign: Math.sign(entries[column]) };
    }
  });
  return pair;
};

/**
 * @param free the groups to invert H on; held the others.
 * @returns {@link Unbounded} where T has no minimum over the free groups whatever the held ones are.
 */
export const invertFree = (
  system: System,
  free: readonly number[],
  held: readonly number[],
): Either<Unbounded, FreeInverse> => {
  const { size, H, g } = system;
  const active = free.filter((s) => !isInert(system, s));
  const flat = active.find((s) => !(H[s * size + s] > 0));
  if (flat !== undefined) {
    const negative = H[flat * size + flat] < 0;
    return left(unbounded([flat], axis(size, flat), negative ? -1 : 0, negative));
  }
  const inert = free.length - active.length;
  if (active.length === 0) return right({ apply: (f) => new Float64Array(f.length), flatDirections: inert });

  // Unit diagonal: the test for definiteness must not depend on the scale of the groups.
  const w = active.map((s) => 1 / Math.sqrt(H[s * size + s]));
  const scaled = active.map((s, i) => active.map((t, j) => H[s * size + t] * w[i] * w[j]));
  const tolerance = 8 * active.length * Number.EPSILON;

  const refuse = (scaledDirection: ArrayLike<number>, curvature: number): Either<Unbounded, FreeInverse> => {
    const along = new Array<number>(size).fill(0);
    active.forEach((s, i) => {
      along[s] = scaledDirection[i] * w[i];
    });
    const slope = along.reduce((sum, value, s) => sum + g[s] * value, 0);
    const downhill = slope < 0 ? along.map((value) => -value) : along;
    const groups = support(along, (s) => Math.sqrt(Math.abs(H[s * size + s])));
    return left(unbounded(groups, downhill, curvature, curvature < -tolerance));
  };

  // H_st² > H_ss H_tt needs no eigenvalues, and may be too large for them.
  const pair = steepestPair(scaled);
  if (pair.coupling > 1 + tolerance) {
    const direction = active.map((_, i) => (i === pair.row ? 1 : i === pair.column ? -pair.sign : 0));
    return refuse(direction, Math.max(1 - pair.coupling, -Number.MAX_VALUE));
  }

  const spectrum = new EigenvalueDecomposition(new Matrix(scaled), { assumeSymmetric: true });
  const eigenvalues = spectrum.realEigenvalues;
  const vectors = spectrum.eigenvectorMatrix.transpose().to2DArray();
  if (eigenvalues[0] < -tolerance) return refuse(vectors[0], eigenvalues[0]);

  const singular = eigenvalues.flatMap((value, k) => (value <= tolerance ? [k] : []));
  // What pulls along the free groups, in their scaled units: g, and the held groups through H. A flat direction feels
  // none of it.
  const pulls = [(s: number) => g[s], ...held.map((t) => (s: number) => H[t * size + s])].map((pull) =>
    Float64Array.from(active, (s, i) => pull(s) * w[i]),
  );
  const feels = (k: number): boolean =>
    pulls.some((pull) => Math.abs(dot(pull, Float64Array.from(vectors[k]))) > 8 * tolerance * norm(pull));
  const pulled = singular.find(feels);
  if (pulled !== undefined) return refuse(vectors[pulled], eigenvalues[pulled]);

  const regular = eigenvalues.flatMap((value, k) => (value > tolerance ? [k] : []));
  const position = active.map((s) => free.indexOf(s));
  const parts = components(Float64Array.from(scaled.flat()), active.length);
  const apply = (f: Float64Array): Float64Array => {
    const result = new Float64Array(f.length);
    // Rounding leaves a component that nothing pulls a part of the others' eigenvectors.
    const pulled = pulledBy(
      parts,
      Float64Array.from(position, (k) => f[k]),
    );
    for (const k of regular) {
      let component = 0;
      for (let i = 0; i < active.length; i++) component += vectors[k][i] * w[i] * f[position[i]];
      component /= eigenvalues[k];
      for (let i = 0; i < active.length; i++) {
        if (pulled[i]) result[position[i]] += component * vectors[k][i] * w[i];
      }
    }
    return result;
  };
  return right({ apply, flatDirections: inert + singular.length });
};
