/** The coarsest partition that refines two. */

import { type Either, map } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import { combineIds, groupIds, partitionOfIds, visitPairs } from '../groupIds.js';
import { distinct } from '../names.js';
import type { Group, Partition } from '../partition.js';
import { sameTuple } from './coarsening.js';

/** The groups A_i ∩ B_j that are not empty, by i and then by j. */
const intersect =
  (nameOf: (a: Group, b: Group, size: number) => string) =>
  (a: Partition, b: Partition): Either<PartitionError, Partition> =>
    map(() => {
      const [inA, inB] = [groupIds(a), groupIds(b)];
      const keyOf = (i: number, j: number): number => i * b.groups.length + j;
      const found = new Set<number>();
      visitPairs(inA, inB, (i, j) => found.add(keyOf(i, j)));
      const keys = [...found].sort((x, y) => x - y);
      const indexOf = new Map(keys.map((key, s) => [key, s]));
      const ids = combineIds(inA, inB, (i, j) => indexOf.get(keyOf(i, j))!);
      const placeholders = keys.map(String);
      const { groups } = partitionOfIds(a.parameters, ids, placeholders);
      const names = distinct(
        keys.map((key, s) => {
          const own = a.groups[Math.floor(key / b.groups.length)]!;
          return nameOf(own, b.groups[key % b.groups.length]!, groups[s]!.size);
        }),
      );
      return { parameters: a.parameters, groups: groups.map((group, s) => ({ ...group, name: names[s]! })) };
    })(sameTuple(a, b));

/**
 * The greatest lower bound in the refinement order: two scalars share a group when they share one in both. A group that was one
 * of a's, or else of b's, keeps its name; the others are `a & b`. Refuses partitions of different tuples (DifferentParameters).
 */
export const meet = intersect((a, b, size) => {
  if (size === a.size) return a.name;
  return size === b.size ? b.name : `${a.name} & ${b.name}`;
});

/** The meet, with every group named after both of its parents: `a.b`. Refuses what `meet` refuses. */
export const product = intersect((a, b) => `${a.name}.${b.name}`);
