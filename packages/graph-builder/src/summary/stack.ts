/** Stacks: the tangents of several groups at one value, along one new leading axis. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { constant } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { sliceAxis } from '../ops/slice.js';

/**
 * Tangents of `groups` (in that order) at a value of shape n: `value` has shape [k, ...n]. Groups that have not reached the
 * value are not in the stack: zero tangents are never materialised.
 */
export interface Stack {
  readonly groups: readonly number[];
  readonly value: Expr;
}

const sameGroups = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((g, i) => g === b[i]);

/** The tangents of some of a stack's groups, in the order asked for. */
export const takeGroups = (stack: Stack, groups: readonly number[]): Expr => {
  if (sameGroups(stack.groups, groups)) return stack.value;
  const rows = groups.map((g) => stack.groups.indexOf(g));
  const runs: { start: number; length: number }[] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last && last.start + last.length === row) last.length += 1;
    else runs.push({ start: row, length: 1 });
  }
  return concat(
    runs.map(({ start, length }) => sliceAxis(stack.value, 0, start, length)),
    0,
  );
};

/** A stack with zeros for the groups of `all`, ascending, that it lacks; its own must follow one another there. */
const fillOut = ({ groups, value }: Stack, all: readonly number[]): Expr => {
  const zeros = (count: number): Expr[] =>
    count === 0 ? [] : [expand(constant(0, value.dtype), [count, ...value.shape.slice(1)])];
  const before = all.indexOf(groups[0]!);
  return concat([...zeros(before), value, ...zeros(all.length - before - groups.length)], 0);
};

/**
 * The sum of two stacks of which one has all of the other's groups, where filling out the other with zeros takes fewer copies than cutting
 * apart and joining: where it has at least half of them, one after the other.
 */
const addFilled = (parts: readonly Stack[], all: readonly number[]): Expr | undefined => {
  const [whole, part] = [...parts].sort((a, b) => b.groups.length - a.groups.length);
  if (parts.length !== 2 || whole!.groups.length < all.length || part!.groups.length === all.length) return undefined;
  const start = all.indexOf(part!.groups[0]!);
  const run = part!.groups.every((g, i) => all[start + i] === g);
  if (!run || 2 * part!.groups.length < all.length) return undefined;
  return add(takeGroups(whole!, all), fillOut(part!, all));
};

/**
 * The sum of stacks at one value, its groups in ascending order: tangents of a group that is in several of them are added,
 * the others joined. Consecutive groups that occur in the same parts are one block, so that along a chain, where later
 * groups arrive later, nothing is cut apart.
 */
export const mergeStacks = (parts: readonly Stack[]): Stack | undefined => {
  if (parts.length <= 1) return parts[0];
  const groups = [...new Set(parts.flatMap((part) => part.groups))].sort((a, b) => a - b);
  const filled = addFilled(parts, groups);
  if (filled) return { groups, value: filled };
  const blocks: { readonly owners: readonly Stack[]; readonly groups: number[] }[] = [];
  for (const g of groups) {
    const owners = parts.filter((part) => part.groups.includes(g));
    const last = blocks.at(-1);
    if (last && last.owners.length === owners.length && owners.every((owner, i) => owner === last.owners[i]))
      last.groups.push(g);
    else blocks.push({ owners, groups: [g] });
  }
  const values = blocks.map((block) => block.owners.map((owner) => takeGroups(owner, block.groups)).reduce(add));
  return { groups, value: concat(values, 0) };
};

/** The groups of both stacks, in the order of the first. */
export const commonGroups = (a: Stack | undefined, b: Stack | undefined): readonly number[] =>
  a && b ? a.groups.filter((g) => b.groups.includes(g)) : [];
