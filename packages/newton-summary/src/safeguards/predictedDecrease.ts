/** What a step should do to the loss, by the summary it comes from. */

import { type SlicedSummary, varianceOfMean } from '../noise/slices.js';
import type { SummaryNumbers } from '../summary/numbers.js';
import { dot, quadraticForm } from '../summary/products.js';

/** Taylor terms of the decrease L(θ) − L(θ − U I_{P:S} a) of a step at rates a [S]. */
export interface PredictedDecrease {
  /** ḡᵀa. */
  readonly slope: number;
  /** ½aᵀH̄a. */
  readonly bend: number;
  /** slope − bend: to second order. */
  readonly decrease: number;
  /** The standard error of `decrease` as an estimate over all examples, from the slices; 0 where the summary has none. */
  readonly error: number;
}

const bendOf = (Hbar: SummaryNumbers['Hbar'], rates: readonly number[]): number => quadraticForm(Hbar, rates) / 2;

const UNKNOWN: PredictedDecrease = { slope: Number.NaN, bend: Number.NaN, decrease: Number.NaN, error: Number.NaN };

/**
 * The decrease of the loss to expect of the rates [S] that are applied, λ1 included, to second order and on the examples of the
 * summary (arXiv 2312.03885, §3). Third order would need the mixed derivatives, which a summary does not hold. For the solver's
 * own η at λ1 = 1 it exceeds the certificate's `predictedDecrease` by the cubic term. NaNs for a summary that is not finite. Throws
 * RangeError for another number of rates.
 */
export const predictDecrease =
  (summary: Pick<SummaryNumbers, 'gbar' | 'Hbar'> | SlicedSummary) =>
  (rates: readonly number[]): PredictedDecrease => {
    if (rates.length !== summary.gbar.length)
      throw new RangeError(
        `there are ${rates.length} rates for a summary of ${summary.gbar.length} groups; give one for each`,
      );
    // A checkpoint in JSON has null for what is not finite, which arithmetic would take for 0.
    if (![...summary.gbar, ...summary.Hbar.flat()].every(Number.isFinite)) return UNKNOWN;
    const slope = dot(summary.gbar, rates);
    const bend = bendOf(summary.Hbar, rates);
    const decrease = slope - bend;
    const error =
      'slices' in summary
        ? Math.sqrt(varianceOfMean(summary, decrease, ({ gbar, Hbar }) => dot(gbar, rates) - bendOf(Hbar, rates)))
        : 0;
    return { slope, bend, decrease, error };
  };
