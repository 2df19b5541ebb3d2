/** Summaries over disjoint sets of examples form a monoid: a full batch, micro-batches and many machines are one fold. */

import type { Monoid } from 'fp-ts/lib/Monoid.js';
import { groupsOf } from './groups.js';
import { mixSummaries } from './mix.js';
import type { MeasuredSummary } from './numbers.js';

const emptySummary = (groups: number): MeasuredSummary => {
  const zeros = new Array<number>(groups).fill(0);
  return { count: 0, loss: 0, gbar: zeros, Hbar: zeros.map(() => zeros), D3: zeros };
};

/** Throws RangeError unless every tensor of the summary is of that many groups and its count is a whole number. */
const requireGroups = (groups: number, summary: MeasuredSummary): void => {
  const { count } = summary;
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`a summary's count is ${count}; give the whole number of examples that its means are over`);
  }
  const found = groupsOf(summary);
  if (found !== groups) {
    throw new RangeError(
      `a summary of ${found} groups cannot join one of ${groups}; take both over the same partition`,
    );
  }
};

/**
 * The monoid of summaries of S groups: `empty` is over no example, `concat` is the mean weighted by the numbers of examples, in
 * float64. Every value of a summary is a mean over examples, so with a loss that is a mean over the batch the fold of the
 * slices' summaries, of whatever lengths, is the summary of the whole. `concat` is commutative to the last bit and associative
 * up to rounding. Means over no example count for nothing, whatever they are: beside examples they are left out, and two of them
 * are added. It throws RangeError for summaries of different numbers of groups, or a count that is no whole number.
 *
 * ```ts
 * const whole = concatAll(summaryMonoid(2))(slices); // from fp-ts/lib/Monoid.js
 * ```
 */
export const summaryMonoid = (groups: number): Monoid<MeasuredSummary> => ({
  empty: emptySummary(groups),
  concat: (x, y) => {
    requireGroups(groups, x);
    requireGroups(groups, y);
    const count = x.count + y.count;
    if (x.count === 0 && count > 0) return y;
    if (y.count === 0 && count > 0) return x;
    // Of means over no example the sum is as good as any, and has the neutral element that the law asks for.
    const [a, b] = count === 0 ? [1, 1] : [x.count / count, y.count / count];
    return { count, loss: a * x.loss + b * y.loss, ...mixSummaries(a, x, b, y) };
  },
});
