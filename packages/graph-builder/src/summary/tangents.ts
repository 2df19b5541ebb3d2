/** First-order tangents of every value along every group that reaches it, stacked. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat, concatOp } from '../ops/concat.js';
import { reshape, reshapeOp } from '../ops/reshape.js';
import type { Stage } from '../transforms/vjp.js';
import type { Groups } from './groups.js';
import { mergeStacks, type Stack, takeGroups } from './stack.js';

/** A parameter's stack: one row for each group that moves it. */
export const parameterStacks = (groups: Groups): ReadonlyMap<Expr, Stack> => {
  const stacks = new Map<Expr, Stack>();
  groups.forEach((group, s) => {
    for (const { parameter, direction } of group) {
      const so = stacks.get(parameter);
      const row = reshape(direction, [1, ...direction.shape]);
      if (so?.groups.at(-1) === s) {
        const last = so.groups.length - 1;
        const earlier = last > 0 ? [takeGroups(so, so.groups.slice(0, -1))] : [];
        stacks.set(parameter, { groups: so.groups, value: concat([...earlier, add(takeGroups(so, [s]), row)], 0) });
      } else if (so) stacks.set(parameter, { groups: [...so.groups, s], value: concat([so.value, row], 0) });
      else stacks.set(parameter, { groups: [s], value: row });
    }
  });
  return stacks;
};

/**
 * Operand `i`'s stack of tangents mapped to the node by the operation's own rule. Joined stacks are reshaped one by one: joined again
 * with more, they are copied once and not twice.
 */
export const pushed = (node: Expr, i: number, { differential }: Stage, stack: Stack): Stack | undefined => {
  const { tangent } = differential;
  const { value: joined } = stack;
  const apart = node.op === reshapeOp && joined.op === concatOp && joined.attributes.axis === 0;
  const value = apart
    ? concat(
        joined.args.map((part) => tangent(node, i, part, 1)!),
        0,
      )
    : tangent(node, i, joined, 1);
  return value && { groups: stack.groups, value };
};

/** The stacks of all values behind the parameters: each operand's pushed through its reader, then summed. */
export const tangentsOf = (
  sources: ReadonlyMap<Expr, Stack>,
  stages: ReadonlyMap<Expr, Stage>,
): ReadonlyMap<Expr, Stack> => {
  const tangents = new Map(sources);
  for (const [node, stage] of stages) {
    const parts = stage.args.flatMap((arg, i) => {
      const stack = tangents.get(arg);
      return (stack && pushed(node, i, stage, stack)) ?? [];
    });
    const merged = mergeStacks(parts);
    if (merged) tangents.set(node, merged);
  }
  return tangents;
};
