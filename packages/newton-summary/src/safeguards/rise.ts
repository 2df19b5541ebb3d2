/** Whether the loss has risen since a step was judged: rates that are in force for many steps are right for the first of them. */

import { type SlicedSummary, varianceOfMean } from '../noise/slices.js';
import type { MeasuredSummary } from '../summary/numbers.js';

/** Where a step left the loss. Plain data, for checkpoints. */
export interface Level {
  /** The mean over `count` examples. */
  readonly loss: number;
  readonly count: number;
  /** Of one example's loss, as the slices of the last summaries tell it: the mean over them, and a moving one where they are many. */
  readonly variance: number;
  /** How many degrees of freedom the variance has: k − 1 of a summary of k slices, and `LONGEST` summaries at most. */
  readonly freedom: number;
}

/** Summaries in the moving mean: with ten of five slices a variance is good to a fifth, with one it is off by half. */
const LONGEST = 10;

/** The level after a step that brought the loss on its summary's examples to `loss`; undefined where no slices tell a sampling error. */
export const levelAfter = (
  before: Level | undefined,
  summary: MeasuredSummary | SlicedSummary,
  loss: number,
): Level | undefined => {
  if (!('slices' in summary)) return undefined;
  const own = summary.slices.length - 1;
  const freedom = Math.min(LONGEST * own, (before?.freedom ?? 0) + own);
  const past = before?.variance ?? 0;
  const { count } = summary;
  const variance = count * varianceOfMean(summary, summary.loss, (slice) => slice.loss);
  return { loss, count, freedom, variance: past + ((variance - past) * own) / freedom };
};

/**
 * What Student's t with ν degrees of freedom exceeds as rarely as a standard normal variable exceeds z: the first terms of Abramowitz and
 * Stegun, Handbook of mathematical functions, 26.7.5.
 */
const studentQuantile = (z: number, freedom: number): number =>
  z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);

/**
 * The mean loss over `count` other examples lies further above the level than sampling explains: by more than so many standard errors of the
 * difference, if these were known; by more, the fewer slices they are estimated from.
 */
export const hasRisen = (
  standardErrors: number,
  level: Level,
  { loss, count }: { readonly loss: number; readonly count: number },
): boolean => {
  const error = Math.sqrt(level.variance * (1 / level.count + 1 / count));
  // A loss that is NaN has risen, too.
  return !(loss - level.loss <= studentQuantile(standardErrors, level.freedom) * error);
};
