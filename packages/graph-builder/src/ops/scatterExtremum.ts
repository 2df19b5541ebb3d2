/** Scattered maxima and minima whose places are known only when the graph runs: each place looks at every update. */

import type { Dim } from '../dim.js';
import type { Expr } from '../expr.js';
import { equal } from './compare.js';
import { constant } from './constant.js';
import { maximum, minimum } from './extremum.js';
import { iota } from './iota.js';
import { reduceMax, reduceMin } from './reduceExtremum.js';
import { reshape } from './reshape.js';
import { where } from './where.js';

const kinds = {
  max: { none: Number.NEGATIVE_INFINITY, reduce: reduceMax, combine: maximum },
  min: { none: Number.POSITIVE_INFINITY, reduce: reduceMin, combine: minimum },
} as const;

/**
 * x [P, R], floating point, in which each number is the extreme of itself and of the updates [K, R] that go to its place: `positions` 0..P−1,
 * int64 [K, R], or [K, 1] for whole rows. Equal updates share the derivative. It holds P·K·R numbers while it runs.
 */
export const scatterExtremum = (kind: keyof typeof kinds, x: Expr, updates: Expr, positions: Expr): Expr => {
  const { none, reduce, combine } = kinds[kind];
  const [places] = x.shape as readonly [Dim, Dim];
  const goesHere = equal(reshape(positions, [1, ...positions.shape]), reshape(iota(places), [places, 1, 1]));
  const candidates = where(goesHere, reshape(updates, [1, ...updates.shape]), constant(none, x.dtype));
  return combine(x, reduce(candidates, [1]));
};
