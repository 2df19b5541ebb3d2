/** A summary with the slices it was measured on, from which its sampling error is known. */

import { concatAll } from 'fp-ts/lib/Monoid.js';
import { summaryMonoid } from '../summary/monoid.js';
import type { MeasuredSummary } from '../summary/numbers.js';

/** A batch's summary and those of the disjoint slices that it consists of. */
export interface SlicedSummary extends MeasuredSummary {
  readonly slices: readonly MeasuredSummary[];
}

/**
 * The summary of a batch from those of its slices, with the slices kept. The slices are disjoint, at least two, of one number of
 * groups, along one direction u that was computed without their examples; anything from 4 to 10 of about equal length serves.
 * Throws RangeError for fewer than two slices, an empty one, or slices of different numbers of groups.
 */
export const joinSlices = (slices: readonly MeasuredSummary[]): SlicedSummary => {
  if (slices.length < 2) {
    throw new RangeError(`${slices.length} slices say nothing of a sampling error; cut the batch into at least two`);
  }
  const empty = slices.findIndex(({ count }) => count === 0);
  if (empty >= 0) throw new RangeError(`slice ${empty} holds no example; leave it out`);
  return { ...concatAll(summaryMonoid(slices[0]!.gbar.length))(slices), slices };
};

/**
 * The sampling variance of a mean over the batch from those of its slices: Σ n_i (x_i − x)² / (n (k − 1)) over the k slices of n_i examples,
 * without bias for independent examples, whatever the slices' lengths.
 */
export const varianceOfMean = (
  { count, slices }: SlicedSummary,
  mean: number,
  of: (slice: MeasuredSummary) => number,
): number =>
  slices.reduce((sum, slice) => sum + (slice.count / count) * (of(slice) - mean) ** 2, 0) / (slices.length - 1);

/** Each slice with the summary of all the others; at least two slices. */
export const leaveOneOut = (
  slices: readonly MeasuredSummary[],
): readonly { readonly heldOut: MeasuredSummary; readonly others: MeasuredSummary }[] => {
  const join = concatAll(summaryMonoid(slices[0]!.gbar.length));
  return slices.map((heldOut, i) => ({ heldOut, others: join(slices.filter((_, j) => j !== i)) }));
};
