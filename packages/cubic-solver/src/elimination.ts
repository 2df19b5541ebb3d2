/**
 * Elimination of the free groups: those on which the cubic term does not act (d_s = 0, or all of them when λ = 0).
 *
 * T is quadratic in them; minimising over them leaves the Schur complement of H for the others.
 */

import type { Either } from 'fp-ts/lib/Either.js';
import { right } from 'fp-ts/lib/Either.js';
import type { Unbounded } from './error.js';
import { invertFree } from './freeInverse.js';
import type { System } from './system.js';

/** The problem left for y = Dη on the held groups (d_s > 0): (K + c x I) y = b with x = ‖y‖. */
export interface Reduction {
  /** The held groups, ascending. */
  readonly held: readonly number[];
  /** D⁻¹(Schur complement of H)D⁻¹, row-major, exactly symmetric. */
  readonly K: Float64Array;
  /** The right-hand side b that f ∈ R^S leaves for the held groups. */
  readonly reduce: (f: Float64Array) => Float64Array;
  /** η ∈ R^S from y: η = D⁻¹y on the held groups, and the free ones solve their rows of Hη = f. */
  readonly expand: (y: Float64Array, f: Float64Array) => Float64Array;
  /** Dimension of the space along which T is constant. */
  readonly flatDirections: number;
}

/**
 * Eliminates the free groups.
 *
 * T is unbounded below exactly when H is not positive definite on them, save one boundary case: directions v with Hv =
 * 0 and gᵀv = 0, to rounding, along which T is constant (a dead group, a quadratic loss with redundant groups). Those
 * are counted as flat and η gets no part in them; the test is made after scaling H to unit diagonal, so it does not
 * depend on the scale of the groups.
 */
export const eliminateFreeGroups = (system: System): Either<Unbounded, Reduction> => {
  const { size, H, d, c } = system;
  const groups = Array.from({ length: size }, (_, s) => s);
  const held = groups.filter((s) => c > 0 && d[s] > 0);
  const free = groups.filter((s) => !(c > 0 && d[s] > 0));
  const inverse = invertFree(system, free, held);
  if (inverse._tag === 'Left') return inverse;
  const { apply, flatDirections } = inverse.right;

  const onFree = (f: Float64Array): Float64Array => Float64Array.from(free, (s) => f[s]);
  // column i is H_FF⁻¹ H_F,held[i]
  const columns = held.map((s) => apply(Float64Array.from(free, (t) => H[s * size + t])));

  const K = new Float64Array(held.length * held.length);
  held.forEach((s, i) => {
    for (let j = 0; j <= i; j++) {
      const t = held[j];
      let entry = H[s * size + t];
      for (let k = 0; k < free.length; k++) entry -= H[t * size + free[k]] * columns[i][k];
      K[i * held.length + j] = entry / d[s] / d[t];
      K[j * held.length + i] = K[i * held.length + j];
    }
  });

  const reduce = (f: Float64Array): Float64Array =>
    Float64Array.from(held, (s, i) => {
      let entry = f[s];
      for (let k = 0; k < free.length; k++) entry -= columns[i][k] * f[free[k]];
      return entry / d[s];
    });

  const expand = (y: Float64Array, f: Float64Array): Float64Array => {
    const eta = new Float64Array(size);
    held.forEach((s, i) => {
      eta[s] = y[i] / d[s];
    });
    const rest = onFree(f);
    free.forEach((s, k) => {
      for (const t of held) rest[k] -= H[s * size + t] * eta[t];
    });
    apply(rest).forEach((value, k) => {
      eta[free[k]] = value;
    });
    return eta;
  };

  return right({ held, K, reduce, expand, flatDirections });
};
