/** The finest partition that two refine. */

import { type Either, map } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import { groupIds, visitPairs } from '../groupIds.js';
import { distinct } from '../names.js';
import type { Partition } from '../partition.js';
import { sameTuple } from './coarsening.js';
import { unite } from './unite.js';

/** Disjoint sets over 0..size-1: `union` links two of them, `find` gives the smallest element of a set. */
const disjointSets = (size: number) => {
  const parent = Int32Array.from({ length: size }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = i; at !== root; ) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const union = (i: number, j: number): void => {
    const [a, b] = [find(i), find(j)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  return { find, union };
};

/** Groups that are also groups of `b` take b's names, unless they kept one of a's. `index`: b's groups to the joined ones. */
const renamed = (joined: Partition, a: Partition, b: Partition, index: readonly number[]): Partition => {
  const own = new Set(a.groups.map(({ name }) => name));
  const fromB = new Map(index.map((u, t) => [u, b.groups[t]!]));
  const names = joined.groups.map(({ name, size }, u) => {
    const candidate = fromB.get(u)!;
    return !own.has(name) && candidate.size === size ? candidate.name : name;
  });
  const unique = distinct(names);
  return { ...joined, groups: joined.groups.map((group, u) => ({ ...group, name: unique[u]! })) };
};

/**
 * The least upper bound in the refinement order: two scalars share a group when a chain of groups of a and of b links them. A
 * group that was one of a's, or else of b's, keeps its name; the others are `a1 + a2`. Refuses partitions of different tuples
 * (DifferentParameters).
 */
export const join = (a: Partition, b: Partition): Either<PartitionError, Partition> =>
  map(() => {
    const offset = a.groups.length;
    const sets = disjointSets(offset + b.groups.length);
    visitPairs(groupIds(a), groupIds(b), (i, j) => sets.union(i, offset + j));
    const labels = a.groups.map((_, s) => sets.find(s));
    // Every scalar is in a group of either, so each set has groups of both.
    const order = new Map([...new Set(labels)].map((label, u) => [label, u]));
    const index = b.groups.map((_, t) => order.get(sets.find(offset + t))!);
    return renamed(unite(a, labels), a, b, index);
  })(sameTuple(a, b));
