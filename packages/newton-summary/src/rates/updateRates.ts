/** From summaries to the rates that are applied: the solver, and every average and guard around it, as one pure fold. */

import type { CubicError, CubicSolution } from '@hograd/cubic-solver';
import * as E from 'fp-ts/lib/Either.js';
import { curvatureBound, curvatureVariance } from '../noise/curvatureError.js';
import { crossValidate, type Shrinkage } from '../noise/shrinkage.js';
import { leaveOneOut, type SlicedSummary } from '../noise/slices.js';
import type { RatesOptions } from '../options/rates.js';
import type { SummaryNumbers } from '../summary/numbers.js';
import { capRates, rateCaps, rememberRates, type Window } from './limit.js';
import { averageMeasured, averageVector, type History, solveAveraged } from './solveAveraged.js';
import { rememberSummary, type UncertainSummary } from './summaryAverage.js';

/** What is carried from one summary to the next; plain data, for checkpoints. A run starts with `{}`. */
export interface RatesState extends History {
  /** η averaged so far; absent until the solver has answered once. */
  readonly eta?: readonly number[];
  readonly window?: Window;
  /** Summaries seen. */
  readonly seen?: number;
}

/** What one more summary leads to. */
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
  /** What cross-validation said of the solver's answer, where it is asked for. */
  readonly shrinkage?: Shrinkage;
}

const clipped = (eta: readonly number[]): readonly number[] => eta.map((x) => Math.max(x, 0));

const lambda1Of = ({ lambda1 }: RatesOptions, s: number): number =>
  typeof lambda1 === 'number' ? lambda1 : lambda1[s]!;

const requireSlices = (measured: SummaryNumbers | SlicedSummary): SlicedSummary => {
  if ('slices' in measured) return measured;
  throw new RangeError('noise-aware rates read the slices of a summary, which has none; make it with joinSlices');
};

/** What the sampling error adds to H̄'s diagonal [S]. */
const raiseOf = ({ noise, diagonal }: RatesOptions, { Hbar, variance }: UncertainSummary): readonly number[] => {
  if (noise.kind === 'ignore' || variance === undefined) return Hbar.map(() => 0);
  // Where the diagonal alone is in the problem, its own errors are all that matters.
  const own = diagonal ? variance.map((row, s) => row.map((x, t) => (s === t ? x : 0))) : variance;
  return curvatureBound(Hbar, own).map((x) => noise.standardErrors * x);
};

/** What cross-validation says: each slice judges the answer to the others, averaged with the past as the whole is. */
const validate = (
  options: RatesOptions,
  state: RatesState,
  { slices }: SlicedSummary,
  raise: readonly number[],
  settle: (eta: readonly number[]) => readonly number[],
): Shrinkage =>
  crossValidate(
    leaveOneOut(slices).flatMap(({ heldOut, others }) => {
      const solved = solveAveraged(options, averageMeasured(options, state, others), raise);
      return E.isRight(solved) ? [{ heldOut, eta: settle(solved.right.eta) }] : [];
    }),
  );

/**
 * The rates after one more summary (arXiv 2312.03885, algorithm 1, with the options of its code). In order: the average of the
 * summary, that of d, the diagonal, the ridge and the sampling error, the solver, the cap on |η|, negatives, cross-validation,
 * the average of η, λ1. A refusal of the solver is reported and leaves η̄ as it was: zeros never enter the average. `options`
 * are as `ratesOptions` returns them. Throws RangeError where noise-aware rates are asked of a summary without slices.
 */
export const updateRates =
  (options: RatesOptions) =>
  (state: RatesState, measured: SummaryNumbers | SlicedSummary): Rates => {
    const { noise, clipNegative, summaryAverage } = options;
    const sliced = noise.kind === 'aware' ? requireSlices(measured) : undefined;
    const now: UncertainSummary = {
      gbar: measured.gbar,
      Hbar: measured.Hbar,
      D3: measured.D3,
      ...(sliced && { variance: curvatureVariance(sliced) }),
    };
    const averages = averageMeasured(options, state, now);
    const raise = raiseOf(options, averages.summary);
    const solved = solveAveraged(options, averages, raise);

    const window = state.window ?? [];
    const caps = rateCaps(options.limit, window, measured.gbar.length);
    const shrinkage =
      E.isRight(solved) && sliced && noise.kind === 'aware' && noise.crossValidated
        ? validate(options, state, sliced, raise, (eta) =>
            clipNegative === 'never' ? capRates(caps, eta) : clipped(capRates(caps, eta)),
          )
        : undefined;
    const settle = (answer: readonly number[]): readonly number[] => {
      const capped = capRates(caps, answer).map((x) => (shrinkage?.factor ?? 1) * x);
      return clipNegative === 'before-average' ? clipped(capped) : capped;
    };

    const eta = E.isRight(solved) ? averageVector(options.etaDecay, state.eta, settle(solved.right.eta)) : state.eta;
    const seen = (state.seen ?? 0) + 1;
    const warmingUp = summaryAverage.kind === 'uniform' && seen < summaryAverage.warmUp;
    const applied = eta === undefined || warmingUp ? measured.gbar.map(() => 0) : eta;
    return {
      state: {
        ...(eta && { eta }),
        ...averages,
        past: rememberSummary(summaryAverage, state, now),
        window: E.isRight(solved) ? rememberRates(options.limit, window, solved.right.eta) : window,
        seen,
      },
      rates: (clipNegative === 'when-applied' ? clipped(applied) : applied).map((x, s) => lambda1Of(options, s) * x),
      solved,
      summary: averages.summary,
      warmingUp,
      ...(shrinkage && { shrinkage }),
    };
  };
