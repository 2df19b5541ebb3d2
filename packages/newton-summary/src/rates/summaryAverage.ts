/** Averages of summaries over the steps that measure one. */

import type { SummaryAverage } from '../options/rates.js';
import { mixMatrices, mixSummaries } from '../summary/mix.js';
import type { SummaryNumbers } from '../summary/numbers.js';

/** A summary, and the sampling variance of its H̄ [S][S] where that is asked for. */
export interface UncertainSummary extends SummaryNumbers {
  readonly variance?: readonly (readonly number[])[];
}

/** What an average needs of the past. */
export interface SummaryHistory {
  /** The average so far. */
  readonly summary?: UncertainSummary;
  /** For a uniform average of k: the last k − 1 summaries as they were measured, oldest first. */
  readonly past?: readonly UncertainSummary[];
}

/** a·x + b·y. The examples of x and y are independent, so their variances add by squared weights. */
const mix = (a: number, x: UncertainSummary, b: number, y: UncertainSummary): UncertainSummary => ({
  ...mixSummaries(a, x, b, y),
  ...(x.variance && y.variance && { variance: mixMatrices(a * a, x.variance, b * b, y.variance) }),
});

/** The mean, taken in order: a rerun gives the same digits. */
const mean = (first: UncertainSummary, rest: readonly UncertainSummary[]): UncertainSummary =>
  rest.reduce((sum, x, i) => mix((i + 1) / (i + 2), sum, 1 / (i + 2), x), first);

/** The average after one more summary. */
export const averageSummary = (
  average: SummaryAverage,
  { summary, past = [] }: SummaryHistory,
  now: UncertainSummary,
): UncertainSummary => {
  switch (average.kind) {
    case 'none':
      return now;
    case 'exponential':
      return summary ? mix(average.decay, summary, 1 - average.decay, now) : now;
    case 'uniform': {
      const [first = now, ...rest] = [...past, now];
      return mean(first, rest);
    }
  }
};

/** The past for the summary after this one. */
export const rememberSummary = (
  average: SummaryAverage,
  { past = [] }: SummaryHistory,
  now: UncertainSummary,
): readonly UncertainSummary[] => (average.kind === 'uniform' ? [...past, now].slice(1 - average.count) : []);
