/** From summaries to the rates that are applied: the solver, and every average and safeguard around it, as one pure fold. */

import { type CubicError, type CubicSolution, solveCubic } from '@hograd/cubic-solver';
import * as E from 'fp-ts/lib/Either.js';
import { mixSummaries, mixVectors } from './summary/mix.js';
import type { SummaryNumbers } from './summary/numbers.js';

export interface RatesOptions {
  /** λ1 > 0: the step size that multiplies η. */
  readonly lambda1: number;
  /** λ_int ≥ 0: the internal damping of the cubic term. */
  readonly lambdaInt: number;
  /** Weight of the past in the moving average of η, in [0, 1); 0 for none. It starts at the first η. */
  readonly etaDecay: number;
  /** Where negative rates become 0: in η before it is averaged, only in what is applied, or nowhere. */
  readonly clipNegative: 'before-average' | 'when-applied' | 'never';
  /** Weight of the past in the moving average of (ḡ, H̄, D3), in [0, 1); 0 for none. */
  readonly summaryDecay: number;
  /** Weight of the past in the moving average of d = |D3|^{1/3}, in [0, 1); 0 for none. */
  readonly dDecay: number;
  /** ε ≥ 0 added to H̄'s diagonal. It breaks the method's invariance under rescaling of groups. */
  readonly ridge: number;
  /** Keep only H̄'s diagonal. */
  readonly diagonal: boolean;
}

/** The choices of the author's README (arXiv 2312.03885, code), save for λ_int = 1, the natural scale of the cubic term. */
export const DEFAULT_RATES: RatesOptions = {
  lambda1: 0.1,
  lambdaInt: 1,
  etaDecay: 0.5,
  clipNegative: 'before-average',
  summaryDecay: 0,
  dDecay: 0,
  ridge: 0,
  diagonal: false,
};

/** What is carried from one summary to the next; plain data, for checkpoints. */
export interface RatesState {
  /** η averaged so far; absent until the solver has answered once. */
  readonly eta?: readonly number[];
  readonly summary?: SummaryNumbers;
  readonly d?: readonly number[];
}

export interface Rates {
  readonly state: RatesState;
  /** λ1·η̄ [S], to be applied; zeros while no problem has been solved yet. */
  readonly rates: readonly number[];
  /** The solver's answer to this summary, or why there is none: then η̄ stays what it was. */
  readonly solved: E.Either<CubicError, CubicSolution>;
  /** The summary that the solver saw, averages included. */
  readonly summary: SummaryNumbers;
}

const average = (decay: number, past: readonly number[] | undefined, now: readonly number[]): readonly number[] =>
  past === undefined || decay === 0 ? now : mixVectors(decay, past, 1 - decay, now);

const averageSummary = (decay: number, past: SummaryNumbers | undefined, now: SummaryNumbers): SummaryNumbers =>
  past === undefined || decay === 0 ? now : mixSummaries(decay, past, 1 - decay, now);

const regularized = (
  Hbar: readonly (readonly number[])[],
  { ridge, diagonal }: RatesOptions,
): readonly (readonly number[])[] => Hbar.map((row, s) => row.map((h, t) => (s === t ? h + ridge : diagonal ? 0 : h)));

const clipped = (eta: readonly number[]): readonly number[] => eta.map((x) => Math.max(x, 0));

/**
 * The rates after one more summary. A refusal of the solver is reported and leaves the averages as they were: zeros never
 * enter them (arXiv 2312.03885, algorithm 1; the author's options as in its code).
 */
export const updateRates =
  (options: RatesOptions) =>
  (state: RatesState, measured: SummaryNumbers): Rates => {
    const summary = averageSummary(options.summaryDecay, state.summary, measured);
    const d = average(
      options.dDecay,
      state.d,
      summary.D3.map((x) => Math.cbrt(Math.abs(x))),
    );
    const solved = solveCubic({ H: regularized(summary.Hbar, options), g: summary.gbar, d, lambda: options.lambdaInt });
    const answer = E.isRight(solved) ? solved.right.eta : undefined;
    const counted = answer && options.clipNegative === 'before-average' ? clipped(answer) : answer;
    const eta = counted ? average(options.etaDecay, state.eta, counted) : state.eta;
    const applied = eta ?? summary.gbar.map(() => 0);
    return {
      state: { ...(eta && { eta }), summary, d },
      rates: (options.clipNegative === 'when-applied' ? clipped(applied) : applied).map((x) => options.lambda1 * x),
      solved,
      summary,
    };
  };
