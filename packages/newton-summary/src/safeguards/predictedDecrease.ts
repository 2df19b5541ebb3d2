/** What a step should do to the loss, by the summary it comes from. */

import type { SummaryNumbers } from '../summary/numbers.js';

/** Taylor terms of the decrease L(θ) − L(θ − U I_{P:S} a) of a step at rates a [S]. */
export interface PredictedDecrease {
  /** ḡᵀa. */
  readonly slope: number;
  /** ½aᵀH̄a. */
  readonly bend: number;
  /** slope − bend: to second order. */
  readonly decrease: number;
}

const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);

/**
 * The decrease of the loss to expect of the rates that are applied, λ1 included, to second order and on the examples of the
 * summary (arXiv 2312.03885, §3). Third order would need the mixed derivatives, which a summary does not hold. For the solver's
 * own η at λ1 = 1 it exceeds the certificate's `predictedDecrease` by the cubic term.
 */
export const predictDecrease =
  ({ gbar, Hbar }: Pick<SummaryNumbers, 'gbar' | 'Hbar'>) =>
  (rates: readonly number[]): PredictedDecrease => {
    const slope = dot(gbar, rates);
    const bend =
      dot(
        Hbar.map((row) => dot(row, rates)),
        rates,
      ) / 2;
    return { slope, bend, decrease: slope - bend };
  };
