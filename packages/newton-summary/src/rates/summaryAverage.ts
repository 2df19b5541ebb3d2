/** Averages of summaries over the steps that measure one. */

import { mixSummaries } from '../summary/mix.js';
import type { SummaryNumbers } from '../summary/numbers.js';
import type { SummaryAverage } from './options.js';

/** What an average needs of the past. */
export interface SummaryHistory {
  /** The average so far. */
  readonly summary?: SummaryNumbers;
  /** For a uniform average of k: the last k − 1 summaries as they were measured, oldest first. */
  readonly past?: readonly SummaryNumbers[];
}

/** The mean, taken in order: a rerun gives the same digits. */
const mean = (first: SummaryNumbers, rest: readonly SummaryNumbers[]): SummaryNumbers =>
  rest.reduce((sum, x, i) => mixSummaries((i + 1) / (i + 2), sum, 1 / (i + 2), x), first);

/** The average after one more summary. */
export const averageSummary = (
  average: SummaryAverage,
  { summary, past = [] }: SummaryHistory,
  now: SummaryNumbers,
): SummaryNumbers => {
  switch (average.kind) {
    case 'none':
      return now;
    case 'exponential':
      return summary ? mixSummaries(average.decay, summary, 1 - average.decay, now) : now;
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
  now: SummaryNumbers,
): readonly SummaryNumbers[] => (average.kind === 'uniform' ? [...past, now].slice(1 - average.count) : []);
