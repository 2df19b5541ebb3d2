/** The summary of a whole data set from those of its slices. */

import * as E from 'fp-ts/lib/Either.js';
import { concatAll } from 'fp-ts/lib/Monoid.js';
import { summaryMonoid } from './monoid.js';
import type { MeasuredSummary } from './numbers.js';

/** The slices do not hold every example exactly once. */
export interface IncompleteCover {
  readonly _tag: 'IncompleteCover';
  readonly message: string;
  readonly expected: number;
  readonly found: number;
}

/**
 * The summary over all `examples` of a data set, from the summaries of its slices (math of arXiv 2312.03885, §3: every tensor
 * is an expectation over examples). `groups` is S ≥ 1. The Left: the slices' counts do not add up to `examples`, as where a
 * loader drops the last short batch; means over a part of the data are biased without a sign of it. Throws RangeError as
 * `summaryMonoid` does.
 */
export const fullBatchSummary =
  (groups: number, examples: number) =>
  (slices: readonly MeasuredSummary[]): E.Either<IncompleteCover, MeasuredSummary> => {
    const whole = concatAll(summaryMonoid(groups))(slices);
    if (whole.count === examples) return E.right(whole);
    return E.left({
      _tag: 'IncompleteCover',
      message: `the slices hold ${whole.count} examples of ${examples}; sweep the data set once, its last short slice included`,
      expected: examples,
      found: whole.count,
    });
  };
