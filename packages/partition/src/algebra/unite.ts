/** Unions of groups. */

import { groupIds, partitionOfIds } from '../groupIds.js';
import { distinct, unionName } from '../names.js';
import type { Partition } from '../partition.js';

/**
 * The partition whose groups are unions of the given one's: groups with equal labels become one, in the order of the first
 * of each. Names are those of the united groups: `a + b`.
 */
export const unite = (partition: Partition, labels: readonly number[]): Partition => {
  const unions = new Map<number, number[]>();
  labels.forEach((label, s) => {
    const own = unions.get(label);
    if (own) own.push(s);
    else unions.set(label, [s]);
  });
  const index = new Map([...unions.keys()].map((label, u) => [label, u]));
  const unionOf = (s: number): number => index.get(labels[s]!)!;
  const ids = groupIds(partition).map((own) => (typeof own === 'number' ? unionOf(own) : own.map(unionOf)));
  const names = [...unions.values()].map((own) => unionName(own.map((s) => partition.groups[s]!.name)));
  return partitionOfIds(partition.parameters, ids, distinct(names));
};
