/** The map from scalars to groups, and back from it to a partition. */

import { elements, type Member, type ParameterShape, type Partition } from './partition.js';

/**
 * The group of every scalar, parameter by parameter in the order of the tuple: one number where the whole tensor is in one
 * group, else one number a scalar in row-major order. Immutable by convention.
 */
export type GroupIds = readonly (number | Int32Array)[];

/** I_{S:P} in compressed form (arXiv 2312.03885): the index, from 0 to S − 1, of the group of each scalar of each parameter. */
export const groupIds = ({ parameters, groups }: Partition): GroupIds => {
  const ids = new Map<string, number | Int32Array>();
  const sizes = new Map(parameters.map((parameter) => [parameter.name, elements(parameter)]));
  groups.forEach(({ members }, s) => {
    for (const { parameter, indices } of members) {
      if (indices === undefined) {
        ids.set(parameter, s);
        continue;
      }
      const scalars = (ids.get(parameter) as Int32Array | undefined) ?? new Int32Array(sizes.get(parameter)!);
      for (const i of indices) scalars[i] = s;
      ids.set(parameter, scalars);
    }
  });
  return parameters.map(({ name }) => ids.get(name)!);
};

const membersOf = (parameter: string, ids: Int32Array): ReadonlyMap<number, Member> => {
  const indices = new Map<number, number[]>();
  ids.forEach((group, i) => {
    const own = indices.get(group);
    if (own) own.push(i);
    else indices.set(group, [i]);
  });
  if (indices.size === 1) return new Map([[ids[0]!, { parameter }]]);
  return new Map([...indices].map(([group, own]) => [group, { parameter, indices: own }]));
};

/** The partition whose group s is named names[s]. Every id must be an index into `names` and every name be used. */
export const partitionOfIds = (
  parameters: readonly ParameterShape[],
  ids: GroupIds,
  names: readonly string[],
): Partition => {
  const members: Member[][] = names.map(() => []);
  const sizes = names.map(() => 0);
  parameters.forEach((parameter, p) => {
    const own = ids[p]!;
    if (typeof own === 'number') {
      members[own]!.push({ parameter: parameter.name });
      sizes[own]! += elements(parameter);
      return;
    }
    for (const [group, member] of membersOf(parameter.name, own)) {
      members[group]!.push(member);
      sizes[group]! += member.indices?.length ?? own.length;
    }
  });
  return { parameters, groups: names.map((name, s) => ({ name, members: members[s]!, size: sizes[s]! })) };
};

/** Calls `visit` with the two groups of every scalar; once, not once a scalar, where a tensor is whole in both. */
export const visitPairs = (a: GroupIds, b: GroupIds, visit: (inA: number, inB: number) => void): void => {
  for (const [p, own] of a.entries()) {
    const other = b[p]!;
    if (typeof own === 'number' && typeof other === 'number') {
      visit(own, other);
      continue;
    }
    const length = typeof own === 'number' ? (other as Int32Array).length : own.length;
    for (let i = 0; i < length; i++) {
      visit(typeof own === 'number' ? own : own[i]!, typeof other === 'number' ? other : other[i]!);
    }
  }
};

/** The ids that `combine` gives to every pair of ids. */
export const combineIds = (a: GroupIds, b: GroupIds, combine: (inA: number, inB: number) => number): GroupIds =>
  a.map((own, p) => {
    const other = b[p]!;
    if (typeof own === 'number' && typeof other === 'number') return combine(own, other);
    if (typeof own !== 'number') return own.map((id, i) => combine(id, typeof other === 'number' ? other : other[i]!));
    return (other as Int32Array).map((id) => combine(own, id));
  });
