/** Whether the loss has risen since a step was judged: rates that are in force for many steps are right for the first of them. */

import type { SlicedSummary } from '../noise/slices.js';
import type { MeasuredSummary } from '../summary/numbers.js';

/** Where a step left the loss. Plain data, for checkpoints. */
export interface Level {
  /** The mean over `count` examples. */
  readonly loss: number;
  readonly count: number;
  /** Of one example's loss, as the slices of the last summaries tell it: the mean over `summaries` of them and, from `LONGEST` on, a moving one. */
  readonly variance: number;
  readonly summaries: number;
}

/** The variance from a handful of slices has an error as large as itself; that of ten summaries is good to a fifth. */
const LONGEST = 10;

/** Σ n_i (L_i − L)²/(k − 1) over the k slices of n_i examples: without bias for independent examples. */
const varianceOf = ({ loss, slices }: SlicedSummary): number =>
  slices.reduce((sum, slice) => sum + slice.count * (slice.loss - loss) ** 2, 0) / (slices.length - 1);

/** The level after a step that brought the loss on its summary's examples to `loss`; undefined where no slices tell a sampling error. */
export const levelAfter = (
  before: Level | undefined,
  summary: MeasuredSummary | SlicedSummary,
  loss: number,
): Level | undefined => {
  if (!('slices' in summary)) return undefined;
  const summaries = Math.min(LONGEST, (before?.summaries ?? 0) + 1);
  const past = before?.variance ?? 0;
  return { loss, count: summary.count, summaries, variance: past + (varianceOf(summary) - past) / summaries };
};

/** The mean loss over `count` other examples lies more than so many standard errors of the difference above the level. */
export const hasRisen = (
  standardErrors: number,
  level: Level,
  { loss, count }: { readonly loss: number; readonly count: number },
): boolean => loss - level.loss > standardErrors * Math.sqrt(level.variance * (1 / level.count + 1 / count));
