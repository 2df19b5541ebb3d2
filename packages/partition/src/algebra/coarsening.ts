/** From each group of a finer partition to the group of a coarser one that holds it. */

import { type Either, left, map, right } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import { groupIds, visitPairs } from '../groupIds.js';
import { sameParameters } from '../parameters.js';
import type { Partition } from '../partition.js';

/** Two partitions of one tuple, or why they are not. */
export const sameTuple = (a: Partition, b: Partition): Either<PartitionError, null> => {
  if (sameParameters(a.parameters, b.parameters)) return right(null);
  const names = ({ parameters }: Partition) => new Set(parameters.map(({ name }) => name));
  const [inA, inB] = [names(a), names(b)];
  const only = [...inA].find((name) => !inB.has(name)) ?? [...inB].find((name) => !inA.has(name));
  const how = only === undefined ? 'their order or shapes differ' : `only one of them has "${only}"`;
  const message = `the two partitions are of different parameters (${how}); make both from the same list`;
  return left({ _tag: 'DifferentParameters', message });
};

/**
 * For every group of `fine` the index of the group of `coarse` that holds it. Refuses partitions of different tuples
 * (DifferentParameters) and a group of `fine` that `coarse` splits (NotARefinement).
 */
export const coarsening = (fine: Partition, coarse: Partition): Either<PartitionError, readonly number[]> => {
  const tuple = sameTuple(fine, coarse);
  if (tuple._tag === 'Left') return tuple;
  const index: (number | undefined)[] = fine.groups.map(() => undefined);
  const split = new Map<number, number>();
  visitPairs(groupIds(fine), groupIds(coarse), (inFine, inCoarse) => {
    const so = index[inFine];
    if (so === undefined) index[inFine] = inCoarse;
    else if (so !== inCoarse && !split.has(inFine)) split.set(inFine, inCoarse);
  });
  const [first] = split;
  if (first === undefined) return right(index as readonly number[]);
  const group = fine.groups[first[0]]!.name;
  const halves = `"${coarse.groups[index[first[0]]!]!.name}" and "${coarse.groups[first[1]]!.name}"`;
  const message = `group "${group}" lies partly in ${halves}; a partition coarsens only to one that splits none of its groups`;
  return left({ _tag: 'NotARefinement', message, group });
};

/**
 * The 0/1 matrix A, one row a group of `coarse` and one column a group of `fine`, with ḡ_coarse = A ḡ_fine and
 * H̄_coarse = A H̄_fine Aᵀ. Refuses what `coarsening` refuses.
 */
export const coarseningMap = (
  fine: Partition,
  coarse: Partition,
): Either<PartitionError, readonly (readonly number[])[]> =>
  map((index: readonly number[]) => coarse.groups.map((_, q) => index.map((own) => (own === q ? 1 : 0))))(
    coarsening(fine, coarse),
  );
