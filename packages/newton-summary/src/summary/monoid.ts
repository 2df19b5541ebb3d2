/** Summaries over disjoint sets of examples form a monoid: a full batch, micro-batches and many machines are one fold. */

import type { Monoid } from 'fp-ts/lib/Monoid.js';
import { mixSummaries } from './mix.js';
import type { MeasuredSummary } from './numbers.js';

const emptySummary = (groups: number): MeasuredSummary => {
  const zeros = new Array<number>(groups).fill(0);
  return { count: 0, loss: 0, gbar: zeros, Hbar: zeros.map(() => zeros), D3: zeros };
};

/** Throws RangeError unless every tensor of the summary is of that many groups and its count is a whole number. */
const requireGroups = (groups: number, { count, gbar, Hbar, D3 }: MeasuredSummary): void => {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`a summary's count is ${count}; give the whole number of examples that its means are over`);
  }
  const odd = [gbar, Hbar, D3, ...Hbar].find((values) => values.length !== groups);
  if (odd) {
    throw new RangeError(
      `a summary of ${odd.length} groups cannot join one of ${groups}; take both over the same partition`,
    );
  }
};

/**
 * The monoid of summaries of S groups: `empty` is over no example, `concat` is the mean weighted by the numbers of examples, in
 * float64. Every value of a summary is a mean over examples, so with a loss that is a mean over the batch the fold of the
 * slices' summaries, of whatever lengths, is the summary of the whole. `concat` is commutative to the last bit and associative
 * up to rounding. It throws RangeError for summaries of different numbers of groups, or a count that is no whole number.
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
    if (count === 0) return emptySummary(groups);
    const a = x.count / count;
    const b = y.count / count;
    return { count, loss: a * x.loss + b * y.loss, ...mixSummaries(a, x, b, y) };
  },
});
