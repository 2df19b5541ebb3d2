/**
 * The stacked-tangent engine (math.md §2): ḡ, H̄ and D3 from one forward pass, one reverse pass over activations, and the
 * stacked forward tangents of the groups. No reverse pass is repeated.
 *
 *     H̄_st = Σ over operations of  λ_y · d²f[ẋ_s, ẋ_t]
 *     D3_s = Σ over operations of  λ_y · ( d³f[ẋ_s, ẋ_s, ẋ_s] + 3 d²f[ẋ_s, ẍ_s] )
 */

import { type Expr, topologicalOrder } from '../expr.js';
import { add } from '../ops/add.js';
import { concat, concatOp } from '../ops/concat.js';
import { constant, tensor } from '../ops/constant.js';
import { gather } from '../ops/gather.js';
import { reshape, reshapeOp } from '../ops/reshape.js';
import { adjoints, type Stage, stagesBetween } from '../transforms/vjp.js';
import { assemble } from './assemble.js';
import {
  bilinearContribution,
  type Contribution,
  diagonalContribution,
  nothing,
  type Tangents,
} from './contributions.js';
import { checkGroups, type Groups, type Order, type Summary } from './groups.js';
import { mergeElementwise } from './pointwise.js';
import { mergeStacks, type Stack, takeGroups } from './stack.js';

/** A parameter's stack: one row for each group that moves it. */
const parameterStacks = (groups: Groups): ReadonlyMap<Expr, Stack> => {
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

/** Joined stacks are reshaped one by one: joined again with more, they are copied once and not twice. */
const tangentOf = (node: Expr, i: number, { tangent }: Stage['differential'], stack: Expr): Expr | undefined => {
  const apart = node.op === reshapeOp && stack.op === concatOp && stack.attributes.axis === 0;
  return apart
    ? concat(
        stack.args.map((part) => tangent(node, i, part, 1)!),
        0,
      )
    : tangent(node, i, stack, 1);
};

/** Tangents pushed through an operation: each operand's stack mapped by the operation's own rule, then summed. */
const push = (
  node: Expr,
  { args, differential }: Stage,
  of: (arg: Expr) => Stack | undefined,
  extra?: Stack,
): Stack | undefined => {
  const parts = args.flatMap((arg, i) => {
    const stack = of(arg);
    const value = stack && tangentOf(node, i, differential, stack.value);
    return value ? [{ groups: stack.groups, value }] : [];
  });
  return mergeStacks(extra ? [...parts, extra] : parts);
};

/** Groups in the order in which their parameters are first read, so that stacks grow at one end. */
const orderOfUse = (loss: Expr, groups: Groups): readonly number[] => {
  const owners = new Map<Expr, number[]>();
  groups.forEach((group, s) => {
    for (const { parameter } of group) owners.set(parameter, [...(owners.get(parameter) ?? []), s]);
  });
  const read = topologicalOrder([loss]).flatMap((node) => [node, ...node.args].flatMap((e) => owners.get(e) ?? []));
  return [...new Set([...read, ...groups.keys()])];
};

/** Entries along each of the given axes moved from the order of use back to the caller's. */
const restored = (value: Expr, order: readonly number[], axes: readonly number[]): Expr => {
  if (order.every((s, i) => s === i)) return value;
  const places = order.map((_, s) => order.indexOf(s));
  const indices = constant(tensor(places, [places.length], 'int64'));
  return axes.reduce((x, axis) => gather(x, indices, axis), value);
};

/**
 * ḡ [S], H̄ [S, S] (from order 2) and the signed D3 [S] (order 3) of a scalar loss along the groups' directions, exactly.
 * Derivatives are along +direction. Throws GraphError on a non-scalar loss or a direction unlike its parameter.
 */
export const stackedSummary = (loss: Expr, groups: Groups, order: Order = 3): Summary => {
  checkGroups(loss, groups);
  const use = orderOfUse(loss, groups);
  const { gbar, Hbar, D3 } = summaryInOrderOfUse(
    loss,
    use.map((s) => groups[s]!),
    order,
  );
  return {
    gbar: restored(gbar, use, [0]),
    ...(Hbar && { Hbar: restored(Hbar, use, [0, 1]) }),
    ...(D3 && { D3: restored(D3, use, [0]) }),
  };
};

const summaryInOrderOfUse = (loss: Expr, groups: Groups, order: Order): Summary => {
  const sources = parameterStacks(groups);
  const parameters = new Set(sources.keys());
  const stages = mergeElementwise(stagesBetween(parameters, [loss]), loss, parameters);
  const lambda = adjoints(new Map([[loss, constant(1, loss.dtype)]]), parameters, stages);
  const tangents = new Map<Expr, Tangents>(
    [...sources].map(([parameter, first]) => [parameter, { first, second: undefined }]),
  );
  const all: Contribution[] = [];
  for (const [node, stage] of stages) {
    const none: Tangents = { first: undefined, second: undefined };
    const of = (arg: Expr): Tangents => tangents.get(arg) ?? none;
    const { curvature } = stage.differential;
    let contribution = nothing;
    if (order > 1 && curvature.kind === 'diagonal') {
      contribution = diagonalContribution(node, curvature, of(stage.args[0]!), lambda.get(node), order);
    } else if (order > 1 && curvature.kind === 'bilinear') {
      const [a, b] = stage.args as [Expr, Expr];
      contribution = bilinearContribution(node, curvature, of(a), of(b), lambda.get(node), order);
    }
    all.push(contribution);
    const first = push(node, stage, (arg) => of(arg).first);
    const second = order < 3 ? undefined : push(node, stage, (arg) => of(arg).second, contribution.bend);
    if (first) tangents.set(node, { first, second });
  }
  return assemble(tangents.get(loss)?.first, all, groups.length, loss.dtype, order);
};
