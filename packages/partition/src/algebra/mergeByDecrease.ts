/** Groups that can share a learning rate at little loss, by the quadratic model, become one. */

import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { PartitionError } from '../error.js';
import type { Partition } from '../partition.js';
import { checkSymmetric, checkVector } from '../values.js';
import { coarsenSummary } from './coarsenSummary.js';
import { unite } from './unite.js';

/** ḡ [S] and a positive definite H̄ [S, S] over the groups of the partition. */
export interface QuadraticModel {
  readonly gbar: readonly number[];
  readonly Hbar: readonly (readonly number[])[];
}

/** A coarser partition, and what it costs. */
export interface Merged {
  readonly partition: Partition;
  /** ½ ḡᵀH̄⁻¹ḡ before merging: the largest decrease of the quadratic model. */
  readonly decrease: number;
  /** The part of it that the merged partition still reaches, in 0..1. */
  readonly retained: number;
}

/** Equal rates for groups s and t cost the model this much of its decrease. */
interface Merge {
  readonly s: number;
  readonly t: number;
  readonly cost: number;
}

interface Solved {
  readonly decrease: number;
  readonly cheapest: Merge | undefined;
}

/**
 * Minimising −ḡᵀη + ½ηᵀH̄η under η_s = η_t instead of freely raises the minimum by ½ (η*_s − η*_t)² / (W_ss − 2W_st + W_tt),
 * W = H̄⁻¹, η* = Wḡ. Undefined where H̄ is not positive definite.
 */
const solve = ({ gbar, Hbar }: QuadraticModel): Solved | undefined => {
  const symmetric = Hbar.map((row, s) => row.map((entry, t) => (entry + Hbar[t]![s]!) / 2));
  const cholesky = new CholeskyDecomposition(new Matrix(symmetric));
  if (!cholesky.isPositiveDefinite()) return undefined;
  const size = gbar.length;
  const inverse = cholesky.solve(Matrix.eye(size));
  const eta = cholesky.solve(Matrix.columnVector([...gbar])).getColumn(0);
  let cheapest: Merge | undefined;
  for (let s = 0; s < size; s++) {
    for (let t = s + 1; t < size; t++) {
      const spread = inverse.get(s, s) - inverse.get(s, t) - inverse.get(t, s) + inverse.get(t, t);
      const cost = (eta[s]! - eta[t]!) ** 2 / (2 * spread);
      // Strict: of equals the first pair wins, so the result is deterministic.
      if (cheapest === undefined || cost < cheapest.cost) cheapest = { s, t, cost };
    }
  }
  return { decrease: gbar.reduce((sum, g, s) => sum + g * eta[s]!, 0) / 2, cheapest };
};

/**
 * Criterion: merge, one pair at a time, the two groups whose common rate costs the quadratic model least of its decrease
 * ½ ḡᵀH̄⁻¹ḡ, while at least 1 − `tolerance` of the decrease before any merging is retained (`tolerance` in 0..1; 0 merges only
 * what costs nothing). The cost is in units of the loss: it weighs how much each group matters, which comparing rates
 * (`mergeByRate`) does not. S ≤ a few hundred: O(S⁴). Give H̄ + ½λ_int r D² of the cubic solution in place of an
 * indefinite H̄. Differences between H̄ and its transpose up to 1e-6 of √(H̄_ss H̄_tt) (float32 rounding) are averaged away. Refuses an
 * H̄ that is not positive definite (NotPositiveDefinite), and one that is not symmetric and other wrong values (InvalidValues).
 */
export const mergeByDecrease =
  (model: QuadraticModel, tolerance: number) =>
  (partition: Partition): Either<PartitionError, Merged> => {
    const size = partition.groups.length;
    const wrong = checkVector('gbar', size, model.gbar) ?? checkSymmetric('Hbar', size, model.Hbar);
    if (wrong) return wrong;
    if (!(tolerance >= 0 && tolerance <= 1)) {
      return left({ _tag: 'InvalidValues', message: `tolerance is ${tolerance}; it must be a number in 0..1` });
    }
    const start = solve(model);
    if (start === undefined) {
      const message = 'Hbar is not positive definite; give the shifted matrix of the cubic solution instead';
      return left({ _tag: 'NotPositiveDefinite', message });
    }
    return right(mergeWhile(partition, model, start, tolerance));
  };

const mergeWhile = (partition: Partition, model: QuadraticModel, start: Solved, tolerance: number): Merged => {
  const least = (1 - tolerance) * start.decrease;
  let at = { partition, model, solved: start };
  for (let merge = start.cheapest; merge !== undefined && at.solved.decrease - merge.cost >= least; ) {
    const { s, t } = merge;
    const coarse = unite(
      at.partition,
      at.partition.groups.map((_, i) => (i === t ? s : i)),
    );
    const values = coarsenSummary(at.partition, coarse)(at.model);
    const next = values._tag === 'Right' ? (values.right as QuadraticModel) : undefined;
    const solved = next && solve(next);
    // A principal restriction of a positive definite form is positive definite, but for round-off: then stop here.
    if (next === undefined || solved === undefined) break;
    at = { partition: coarse, model: next, solved };
    merge = solved.cheapest;
  }
  const retained = start.decrease > 0 ? Math.min(1, at.solved.decrease / start.decrease) : 1;
  return { partition: at.partition, decrease: start.decrease, retained };
};
