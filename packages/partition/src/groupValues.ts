/** Between numbers over groups and numbers over scalars. */

import { groupIds } from './groupIds.js';
import { elements, type Group, type Partition } from './partition.js';

const requireLength = (what: string, wanted: number, found: number): void => {
  if (found !== wanted) throw new RangeError(`there are ${found} ${what}; the partition takes ${wanted}`);
};

/**
 * I_{P:S} v: every scalar gets its group's value. One array a parameter, row-major, in the order of the tuple; `values` has
 * one number a group; throws RangeError for another number of them.
 */
export const spread =
  (partition: Partition) =>
  (values: readonly number[]): readonly Float64Array[] => {
    requireLength('values', partition.groups.length, values.length);
    return groupIds(partition).map((own, p) =>
      typeof own === 'number'
        ? new Float64Array(elements(partition.parameters[p]!)).fill(values[own]!)
        : Float64Array.from(own, (s) => values[s]!),
    );
  };

/**
 * I_{S:P} x: the sum of the scalars of every group, in float64. `scalars` has one row-major array a parameter, in the order of
 * the tuple; throws RangeError for another number of arrays, or of scalars in one.
 */
export const sumByGroup =
  (partition: Partition) =>
  (scalars: readonly ArrayLike<number>[]): readonly number[] => {
    requireLength('arrays of scalars', partition.parameters.length, scalars.length);
    const sums = partition.groups.map(() => 0);
    groupIds(partition).forEach((own, p) => {
      const data = scalars[p]!;
      const { name } = partition.parameters[p]!;
      requireLength(`scalars of "${name}"`, elements(partition.parameters[p]!), data.length);
      for (let i = 0; i < data.length; i++) sums[typeof own === 'number' ? own : own[i]!]! += data[i]!;
    });
    return sums;
  };

/**
 * The indicator of a group: for every parameter, in the order of the tuple, 1 for the scalars in it, row-major; undefined
 * where it has none of them, and the string `all` where it has all.
 */
export const indicator = ({ parameters }: Partition, group: Group): readonly (Float64Array | 'all' | undefined)[] => {
  const members = new Map(group.members.map(({ parameter, indices }) => [parameter, indices ?? ('all' as const)]));
  return parameters.map((parameter) => {
    const own = members.get(parameter.name);
    if (own === undefined || own === 'all') return own;
    const mask = new Float64Array(elements(parameter));
    for (const i of own) mask[i] = 1;
    return mask;
  });
};
