/** One cubic subproblem from a measurement and the past. */

import { type CubicError, type CubicSolution, solveCubic } from '@hograd/cubic-solver';
import type { Either } from 'fp-ts/lib/Either.js';
import type { RatesOptions } from '../options/rates.js';
import { mixVectors } from '../summary/mix.js';
import { regularizedCurvature } from './curvature.js';
import { averageSummary, type SummaryHistory, type UncertainSummary } from './summaryAverage.js';

/** What is carried from one summary to the next of averages of its tensors. */
export interface History extends SummaryHistory {
  /** d [S] averaged so far. */
  readonly d?: readonly number[];
}

export interface Averaged {
  readonly summary: UncertainSummary;
  readonly d: readonly number[];
}

/** decay·past + (1 − decay)·now, and now where there is no past. */
export const averageVector = (
  decay: number,
  past: readonly number[] | undefined,
  now: readonly number[],
): readonly number[] => (past === undefined || decay === 0 ? now : mixVectors(decay, past, 1 - decay, now));

/** d [S], the diagonal of the cubic term's metric: |D3|^{1/3}. */
export const metricOf = (D3: readonly number[]): readonly number[] => D3.map((x) => Math.cbrt(Math.abs(x)));

/** The averages of a measurement and the past. */
export const averageMeasured = (options: RatesOptions, history: History, now: UncertainSummary): Averaged => {
  const summary = averageSummary(options.summaryAverage, history, now);
  return { summary, d: averageVector(options.dDecay, history.d, metricOf(summary.D3)) };
};

/** The solver's answer to averages, with `raise` [S] on H̄'s diagonal. */
export const solveAveraged = (
  options: Pick<RatesOptions, 'lambdaInt' | 'ridge' | 'diagonal'>,
  { summary, d }: Averaged,
  raise: readonly number[],
): Either<CubicError, CubicSolution> =>
  solveCubic({
    H: regularizedCurvature(options)(summary.Hbar, d, raise),
    g: summary.gbar,
    d,
    lambda: options.lambdaInt,
  });
