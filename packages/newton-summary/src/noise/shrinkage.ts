/** How much of η to believe, by cross-validation over the slices of a batch. */

import type { MeasuredSummary } from '../summary/numbers.js';
import { dot, quadraticForm } from '../summary/products.js';

/** A slice, and the η that came of all the others. */
export interface Fold {
  readonly heldOut: MeasuredSummary;
  /** [S]. */
  readonly eta: readonly number[];
}

/** What cross-validation says of a solution η. */
export interface Shrinkage {
  /** c in [0, 1]: the part of η that the slices it does not come from bear out. */
  readonly factor: number;
  /** The decrease of the loss that they lead to expect of c·η, to second order: c·a − ½c²b, never negative. */
  readonly decrease: number;
  /** How many folds judged. */
  readonly folds: number;
}

/**
 * c = a/b cut to [0, 1], with a = Σ_i w_i ḡ_iᵀη₍₋ᵢ₎ and b = Σ_i w_i η₍₋ᵢ₎ᵀH̄_i η₍₋ᵢ₎: the maximum over c of the mean decrease
 * c·ḡ_iᵀη₍₋ᵢ₎ − ½c²·η₍₋ᵢ₎ᵀH̄_iη₍₋ᵢ₎ on the slice that is held out. w_i is the slice's part of the examples. As ḡ_i and H̄_i are
 * independent of η₍₋ᵢ₎, that mean is an estimate without bias; the decrease on the examples that η comes from is not. Copas,
 * Regression, prediction and shrinkage, 1983, is the same rule for linear regression. Where b ≤ 0 the held-out loss falls ever
 * faster: c = 1 if a > 0. 0 without a fold.
 */
export const crossValidate = (folds: readonly Fold[]): Shrinkage => {
  const examples = folds.reduce((sum, { heldOut }) => sum + heldOut.count, 0);
  const mean = (of: (fold: Fold) => number): number =>
    folds.reduce((sum, fold) => sum + (fold.heldOut.count / examples) * of(fold), 0);
  const a = mean(({ heldOut, eta }) => dot(heldOut.gbar, eta));
  const b = mean(({ heldOut, eta }) => quadraticForm(heldOut.Hbar, eta));
  if (a <= 0) return { factor: 0, decrease: 0, folds: folds.length };
  const factor = b <= a ? 1 : a / b;
  return { factor, decrease: factor * a - (factor * factor * b) / 2, folds: folds.length };
};
