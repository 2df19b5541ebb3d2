/**
 * The stacked-tangent engine (math.md §2): ḡ, H̄ and D3 from one forward pass, one reverse pass over activations, and the
 * stacked forward tangents of the groups. No reverse pass is repeated.
 *
 *     H̄_st = Σ over operations of  λ_y · d²f[ẋ_s, ẋ_t]
 *     D3_s = Σ over operations of  λ_y · ( d³f[ẋ_s, ẋ_s, ẋ_s] + 3 d²f[ẋ_s, ẍ_s] )
 */

import { type Expr, isFloat, topologicalOrder } from '../expr.js';
import type { BilinearCurvature, DiagonalCurvature } from '../op.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { constant, tensor } from '../ops/constant.js';
import { gather } from '../ops/gather.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { adjoints } from '../transforms/vjp.js';
import { assembleMatrix, assembleVector, type Block, gram, rowDots, symmetrize } from './assemble.js';
import { checkGroups, type Groups, type Order, type Summary } from './groups.js';
import { commonGroups, mergeStacks, type Stack, takeGroups } from './stack.js';

/** First- and second-order tangents of a value; both absent where no group reaches it. */
interface Tangents {
  readonly first: Stack | undefined;
  readonly second: Stack | undefined;
}

/** What one operation adds. `cross` blocks count together with their transposes. */
interface Contribution {
  readonly symmetric: readonly Block[];
  readonly cross: readonly Block[];
  readonly third: readonly { readonly groups: readonly number[]; readonly value: Expr }[];
  /** d²f[ẋ_s, ẋ_s], which the second-order tangents of the result need. */
  readonly bend: Stack | undefined;
}

const nothing: Contribution = { symmetric: [], cross: [], third: [], bend: undefined };

const diagonalContribution = (
  node: Expr,
  curvature: DiagonalCurvature,
  { first, second }: Tangents,
  adjoint: Expr | undefined,
  order: Order,
): Contribution => {
  if (!first) return nothing;
  const { groups } = first;
  const x = curvature.transform(node, first.value, 1);
  const w2 = adjoint && curvature.second(node, adjoint);
  const symmetric = w2 ? [{ rows: groups, columns: groups, value: gram(mul(x, w2), x) }] : [];
  if (order < 3) return { ...nothing, symmetric };
  const w3 = adjoint && curvature.third(node, adjoint);
  const third = w3 ? [{ groups, value: rowDots(mul(mul(x, x), w3), x) }] : [];
  if (w2 && second) {
    const both = commonGroups(second, first);
    const curved = mul(curvature.transform(node, takeGroups(second, both), 1), w2);
    const straight = takeGroups({ groups, value: x }, both);
    third.push({ groups: both, value: mul(rowDots(curved, straight), 3) });
  }
  const bent = curvature.secondTangent(node, x, 1);
  return { symmetric, cross: [], third, bend: bent && { groups, value: bent } };
};

const bilinearContribution = (
  node: Expr,
  { apply, adjoint: adjointOf }: BilinearCurvature,
  a: Tangents,
  b: Tangents,
  adjoint: Expr | undefined,
  order: Order,
): Contribution => {
  if (!a.first || !b.first) return nothing;
  /** Vectors q_t with ⟨q_t, ẋ_s⟩ = ⟨λ, B(ẋ_s, ẏ_t)⟩, from the tangents of operand `from`. */
  const pulled = (from: 0 | 1, groups: readonly number[]): Expr | undefined =>
    adjoint && adjointOf(node, from === 0 ? 1 : 0, adjoint, takeGroups(from === 0 ? a.first! : b.first!, groups), 1);
  // One vector-Jacobian product for each group of the operand that fewer groups reach; then dot products for all of the other's.
  const viaB = b.first.groups.length <= a.first.groups.length;
  const q = viaB ? pulled(1, b.first.groups) : pulled(0, a.first.groups);
  const cross = q
    ? [
        viaB
          ? { rows: a.first.groups, columns: b.first.groups, value: gram(a.first.value, q) }
          : { rows: b.first.groups, columns: a.first.groups, value: gram(b.first.value, q) },
      ]
    : [];
  if (order < 3) return { ...nothing, cross };
  const third = ([0, 1] as const).flatMap((from) => {
    const own = from === 0 ? a.first! : b.first!;
    const other = from === 0 ? b.second : a.second;
    const both = commonGroups(own, other);
    if (both.length === 0 || !adjoint) return [];
    const reused = viaB === (from === 1) ? takeGroups({ groups: own.groups, value: q! }, both) : pulled(from, both)!;
    return [{ groups: both, value: mul(rowDots(reused, takeGroups(other!, both)), 3) }];
  });
  const paired = commonGroups(a.first, b.first);
  const bend =
    paired.length === 0
      ? undefined
      : { groups: paired, value: mul(apply(node, takeGroups(a.first, paired), takeGroups(b.first, paired), 1, 1), 2) };
  return { symmetric: [], cross, third, bend };
};

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

/** Tangents pushed through an operation: each operand's stack mapped by the operation's own rule, then summed. */
const push = (node: Expr, of: (arg: Expr) => Stack | undefined, extra?: Stack): Stack | undefined => {
  const parts = node.args.flatMap((arg, i) => {
    const stack = of(arg);
    const value = stack && node.op.differential!.tangent(node, i, stack.value, 1);
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
  const size = groups.length;
  const sources = parameterStacks(groups);
  const lambda = adjoints(new Map([[loss, constant(1, loss.dtype)]]), [...sources.keys()]);
  const tangents = new Map<Expr, Tangents>();
  const all: Contribution[] = [];
  for (const node of topologicalOrder([loss])) {
    const source = sources.get(node);
    if (source) {
      tangents.set(node, { first: source, second: undefined });
      continue;
    }
    const differential = node.op.differential;
    if (!differential || !isFloat(node.dtype) || !node.args.some((arg) => tangents.has(arg))) continue;
    const none: Tangents = { first: undefined, second: undefined };
    const of = (arg: Expr): Tangents => tangents.get(arg) ?? none;
    const { curvature } = differential;
    let contribution = nothing;
    if (order > 1 && curvature.kind === 'diagonal') {
      contribution = diagonalContribution(node, curvature, of(node.args[0]!), lambda.get(node), order);
    } else if (order > 1 && curvature.kind === 'bilinear') {
      const [a, b] = node.args as [Expr, Expr];
      contribution = bilinearContribution(node, curvature, of(a), of(b), lambda.get(node), order);
    }
    all.push(contribution);
    const first = push(node, (arg) => of(arg).first);
    const second = order < 3 ? undefined : push(node, (arg) => of(arg).second, contribution.bend);
    if (first) tangents.set(node, { first, second });
  }
  const reached = tangents.get(loss)?.first;
  const gbar = assembleVector(reached ? [reached] : [], size, loss.dtype);
  if (order === 1) return { gbar };
  const symmetric = assembleMatrix(
    all.flatMap((c) => c.symmetric),
    size,
    loss.dtype,
  );
  const cross = assembleMatrix(
    all.flatMap((c) => c.cross),
    size,
    loss.dtype,
  );
  const Hbar = add(symmetric, symmetrize(cross));
  if (order === 2) return { gbar, Hbar };
  return {
    gbar,
    Hbar,
    D3: assembleVector(
      all.flatMap((c) => c.third),
      size,
      loss.dtype,
    ),
  };
};
