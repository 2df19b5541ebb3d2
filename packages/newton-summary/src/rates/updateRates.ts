/** From summaries to the rates that are applied: the solver, and every average around it, as one pure fold. */

import { type CubicError, type CubicSolution, solveCubic } from '@hograd/cubic-solver';
import * as E from 'fp-ts/lib/Either.js';
import { mixVectors } from '../summary/mix.js';
import type { SummaryNumbers } from '../summary/numbers.js';
import { regularizedCurvature } from './curvature.js';
import { capRates, rateCaps, rememberRates, type Window } from './limit.js';
import type { RatesOptions } from './options.js';
import { averageSummary, rememberSummary, type SummaryHistory } from './summaryAverage.js';

/** What is carried from one summary to the next; plain data, for checkpoints. A run starts with `{}`. */
export interface RatesState extends SummaryHistory {
  /** η averaged so far; absent until the solver has answered once. */
  readonly eta?: readonly number[];
  readonly d?: readonly number[];
  readonly window?: Window;
  /** Summaries seen. */
  readonly seen?: number;
}

export interface Rates {
  readonly state: RatesState;
  /** λ1·η̄ [S], to be applied; zeros while the summaries warm up or no problem has been solved yet. */
  readonly rates: readonly number[];
  /** The solver's answer to this summary, or why there is none: then η̄ stays what it was. */
  readonly solved: E.Either<CubicError, CubicSolution>;
  /** The summary that the solver saw, averages included. */
  readonly summary: SummaryNumbers;
  /** More summaries must be seen before anything moves. */
  readonly warmingUp: boolean;
}

const clipped = (eta: readonly number[]): readonly number[] => eta.map((x) => Math.max(x, 0));

const averaged = (decay: number, past: readonly number[] | undefined, now: readonly number[]): readonly number[] =>
  past === undefined || decay === 0 ? now : mixVectors(decay, past, 1 - decay, now);

const lambda1Of = ({ lambda1 }: RatesOptions, s: number): number =>
  typeof lambda1 === 'number' ? lambda1 : lambda1[s]!;

/**
 * The rates after one more summary (arXiv 2312.03885, algorithm 1, with the options of its code). In order: the average of the
 * summary, that of d, the diagonal and the ridge, the solver, the cap on |η|, negatives, the average of η, λ1. A refusal of the
 * solver is reported and leaves η̄ as it was: zeros never enter the average. `options` are as `ratesOptions` returns them.
 */
export const updateRates =
  (options: RatesOptions) =>
  (state: RatesState, measured: SummaryNumbers): Rates => {
    const summary = averageSummary(options.summaryAverage, state, measured);
    const d = averaged(
      options.dDecay,
      state.d,
      summary.D3.map((x) => Math.cbrt(Math.abs(x))),
    );
    const H = regularizedCurvature(options)(summary.Hbar, d);
    const solved = solveCubic({ H, g: summary.gbar, d, lambda: options.lambdaInt });

    const window = state.window ?? [];
    const caps = rateCaps(options.limit, window, summary.gbar.length);
    const settle = (answer: readonly number[]): readonly number[] => {
      const capped = capRates(caps, answer);
      return options.clipNegative === 'before-average' ? clipped(capped) : capped;
    };
    const eta = E.isRight(solved) ? averaged(options.etaDecay, state.eta, settle(solved.right.eta)) : state.eta;
    const seen = (state.seen ?? 0) + 1;
    const warmingUp = options.summaryAverage.kind === 'uniform' && seen < options.summaryAverage.warmUp;
    const applied = eta === undefined || warmingUp ? summary.gbar.map(() => 0) : eta;
    return {
      state: {
        ...(eta && { eta }),
        summary,
        past: rememberSummary(options.summaryAverage, state, measured),
        d,
        window: E.isRight(solved) ? rememberRates(options.limit, window, solved.right.eta) : window,
        seen,
      },
      rates: (options.clipNegative === 'when-applied' ? clipped(applied) : applied).map(
        (x, s) => lambda1Of(options, s) * x,
      ),
      solved,
      summary,
      warmingUp,
    };
  };
