/** From summaries to the rates that are applied: the solver, and every average and guard around it, as one pure fold. */

import type { CubicError, CubicSolution } from '@hograd/cubic-solver';
import * as E from 'fp-ts/lib/Either.js';
import { curvatureBound, curvatureVariance } from '../noise/curvatureError.js';
import { crossValidate, type Shrinkage } from '../noise/shrinkage.js';
import { leaveOneOut, type SlicedSummary } from '../noise/slices.js';
import type { RatesOptions } from '../options/rates.js';
import { groupsOf } from '../summary/groups.js';
import type { SummaryNumbers } from '../summary/numbers.js';
import { capRates, rateCaps, rememberRates, type Window } from './limit.js';
import { averageMeasured, averageVector, type History, solveAveraged } from './solveAveraged.js';
import { rememberSummary, type UncertainSummary } from './summaryAverage.js';

/** What is carried from one summary to the next; plain data, for checkpoints. A run starts with `{}`. */
export interface RatesState extends History {
  /** η averaged so far; absent until the solver has answered once. */
  readonly eta?: readonly number[];
  readonly window?: Window;
  /** Summaries that have entered the averages. */
  readonly seen?: number;
}

/** What one more summary leads to. */
export interface Rates {
  readonly state: RatesState;
  /** λ1·η̄ [S], to be applied; zeros while the summaries warm up or no problem has been solved yet. */
  readonly rates: readonly number[];
  /** The solver's answer to this summary, or why there is none: then η̄ stays what it was. */
  readonly solved: E.Either<CubicError, CubicSolution>;
  /** The summary that the solver saw, averages included: not finite where the one measured was not. */
  readonly summary: SummaryNumbers;
  /** More summaries must enter the averages before anything moves. */
  readonly warmingUp: boolean;
  /**
   * What cross-validation said of the solver's answer, where it is asked for. Slices judge only where the others have an answer,
   * too: `folds` of them, of as many as the summary has.
   */
  readonly shrinkage?: Shrinkage;
}

const clipped = (eta: readonly number[]): readonly number[] => eta.map((x) => Math.max(x, 0));

const lambda1Of = ({ lambda1 }: RatesOptions, s: number): number =>
  typeof lambda1 === 'number' ? lambda1 : lambda1[s]!;

const requireSlices = (measured: SummaryNumbers | SlicedSummary): SlicedSummary => {
  if ('slices' in measured) return measured;
  throw new RangeError('noise-aware rates read the slices of a summary, which has none; make it with joinSlices');
};

/** Throws RangeError unless the summary, and all that is carried from those before it, are of one number of groups. */
const requireGroups = ({ eta, window = [], d, summary, past = [] }: RatesState, measured: SummaryNumbers): void => {
  const groups = groupsOf(measured);
  const carried = [eta, d, summary?.gbar, ...window, ...past.map(({ gbar }) => gbar)];
  const other = carried.find((values) => values !== undefined && values.length !== groups);
  if (other) {
    throw new RangeError(
      `a summary of ${groups} groups cannot follow a state of ${other.length}; take it over the same partition, or start anew from {}`,
    );
  }
};

/** Throws RangeError unless there is one λ1, or one for each group. */
const requireRates = ({ lambda1 }: RatesOptions, { gbar }: SummaryNumbers): void => {
  if (typeof lambda1 !== 'number' && lambda1.length !== gbar.length)
    throw new RangeError(
      `lambda1 has ${lambda1.length} numbers for a summary of ${gbar.length} groups; give one for each, or one number`,
    );
};

const allFinite = ({ gbar, Hbar, D3, variance = [] }: UncertainSummary): boolean =>
  [gbar, D3, ...Hbar, ...variance].every((row) => row.every(Number.isFinite));

/** What the sampling error adds to H̄'s diagonal [S]. */
const raiseOf = ({ noise, diagonal }: RatesOptions, { Hbar, variance }: UncertainSummary): readonly number[] => {
  if (noise.kind === 'ignore' || variance === undefined) return Hbar.map(() => 0);
  // Where the diagonal alone is in the problem, its own errors are all that matters; what overflowed is for the solver to refuse.
  const own = diagonal
    ? variance.map((row, s) => row.map((x, t) => (s === t || !Number.isFinite(x) ? x : 0)))
    : variance;
  return curvatureBound(Hbar, own).map((x) => noise.standardErrors * x);
};

/**
 * What cross-validation says: each slice judges the answer to the others, averaged with the past as the whole is. Where the
 * solver refuses the others there is nothing to judge.
 */
const validate = (
  options: RatesOptions,
  history: History,
  { slices }: SlicedSummary,
  raise: readonly number[],
  settle: (eta: readonly number[]) => readonly number[],
): Shrinkage =>
  crossValidate(
    leaveOneOut(slices).flatMap(({ heldOut, others }) => {
      const solved = solveAveraged(options, averageMeasured(options, history, others), raise);
      return E.isRight(solved) ? [{ heldOut, eta: settle(solved.right.eta) }] : [];
    }),
  );

/**
 * The rates after one more summary (arXiv 2312.03885, algorithm 1, with the options of its code). In order: the average of the
 * summary, that of d, the diagonal, the ridge and the sampling error, the solver, the cap on |η|, negatives, cross-validation,
 * the average of η, λ1. A refusal of the solver is reported and leaves η̄ as it was: zeros never enter the average. What was
 * measured enters the averages of summaries and of d all the same, unless it or its sampling error has a number that is not
 * finite: such a summary is refused, and every later one leads to what it would lead to without it. `options` are as
 * `ratesOptions` returns them. Throws RangeError where noise-aware rates are asked of a summary without slices, and for a
 * summary whose tensors, whose state, or whose λ1, are of another number of groups.
 */
export const updateRates =
  (options: RatesOptions) =>
  (state: RatesState, measured: SummaryNumbers | SlicedSummary): Rates => {
    requireGroups(state, measured);
    requireRates(options, measured);
    const { eta: before, window = [], seen: entered = 0, ...history } = state;
    const { noise, clipNegative, summaryAverage } = options;
    const sliced = noise.kind === 'aware' ? requireSlices(measured) : undefined;
    const now: UncertainSummary = {
      gbar: measured.gbar,
      Hbar: measured.Hbar,
      D3: measured.D3,
      ...(sliced && { variance: curvatureVariance(sliced) }),
    };
    const averages = averageMeasured(options, history, now);
    const raise = raiseOf(options, averages.summary);
    const solved = solveAveraged(options, averages, raise);

    const caps = rateCaps(options.limit, window, measured.gbar.length);
    const shrinkage =
      E.isRight(solved) && sliced && noise.kind === 'aware' && noise.crossValidated
        ? validate(options, history, sliced, raise, (eta) =>
            clipNegative === 'never' ? capRates(caps, eta) : clipped(capRates(caps, eta)),
          )
        : undefined;
    const settle = (answer: readonly number[]): readonly number[] => {
      const capped = capRates(caps, answer).map((x) => (shrinkage?.factor ?? 1) * x);
      return clipNegative === 'before-average' ? clipped(capped) : capped;
    };

    const eta = E.isRight(solved) ? averageVector(options.etaDecay, before, settle(solved.right.eta)) : before;
    const enters = allFinite(now);
    const seen = entered + (enters ? 1 : 0);
    const warmingUp = summaryAverage.kind === 'uniform' && seen < summaryAverage.warmUp;
    const applied = eta === undefined || warmingUp ? measured.gbar.map(() => 0) : eta;
    return {
      state: {
        ...(eta && { eta }),
        ...(enters ? { ...averages, past: rememberSummary(summaryAverage, history, now) } : history),
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
