/** Groups that want about the same learning rate become one. */

import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import type { Partition } from '../partition.js';
import { checkVector } from '../values.js';
import { unite } from './unite.js';

/**
 * Criterion: within a merged group the rates have one sign, and the largest is at most `ratio` times the smallest; zeros
 * merge with zeros. Rates are taken in ascending order and a group is closed when the next rate would break the criterion,
 * which gives the fewest groups that satisfy it (intervals on a line). Equal inputs give equal outputs; multiplying all
 * rates by a positive number changes nothing. `eta`: one η* a group. Refuses a `ratio` below 1 and values that are not S finite
 * numbers (InvalidValues).
 */
export const mergeByRate =
  (eta: readonly number[], ratio: number) =>
  (partition: Partition): Either<PartitionError, Partition> => {
    const wrong = checkVector('eta', partition.groups.length, eta);
    if (wrong) return wrong;
    if (!(ratio >= 1 && Number.isFinite(ratio))) {
      return left({ _tag: 'InvalidValues', message: `ratio is ${ratio}; it must be a finite number of at least 1` });
    }
    const order = eta.map((_, s) => s).sort((s, t) => eta[s]! - eta[t]! || s - t);
    const labels = eta.map(() => 0);
    let first = order[0]!;
    for (const s of order) {
      if (!alike(eta[first]!, eta[s]!, ratio)) first = s;
      labels[s] = first;
    }
    return right(unite(partition, labels));
  };

/** Same sign, and sizes within a factor `ratio`. */
const alike = (a: number, b: number, ratio: number): boolean =>
  Math.sign(a) === Math.sign(b) && Math.max(Math.abs(a), Math.abs(b)) <= ratio * Math.min(Math.abs(a), Math.abs(b));
