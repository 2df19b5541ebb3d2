/**
 * H̄ and D3 from first-order tangents ẋ_s and one stacked reverse pass that carries λ̇_s, the derivative of the adjoints along each group:
 *
 *     λ̇_x = Σ over readers of  dfᵀ[λ̇_y] + λ_y·d²f[ẋ_s, ·]
 *     H̄_st = Σ over readers of a parameter of t  of  ⟨λ̇_y, df[u_t]⟩ + λ_y·d²f[ẋ_s, u_t]
 *     D3_s = Σ over operations of  λ_y·d³f[ẋ_s, ẋ_s, ẋ_s] + 3 λ̇_y·d²f[ẋ_s, ẋ_s]
 *
 * The last line equals the design's with second-order tangents ẍ, for Σ λ·d²f[ẋ, ẍ] = Σ λ̇·d²f[ẋ, ẋ]: ẍ and λ̇ solve adjoint equations. A
 * stack of λ̇ costs the products that a stack of ẍ costs, and leaves nothing to do for H̄ but a row for each parameter, where the
 * inner products of all tangents with all at every operation grow as S³ along a chain.
 *
 * Groups are numbered in the order in which their parameters are first read. H̄_st with s ≤ t is summed at the readers of t,
 * so a value needs λ̇_s for the groups up to the last that reaches it, and no others: half of the stack along a chain.
 */

import type { Expr } from '../expr.js';
import type { BilinearCurvature, DiagonalCurvature } from '../op.js';
import { mul } from '../ops/mul.js';
import { likelySize } from '../shape.js';
import type { Stage } from '../transforms/vjp.js';
import type { Block, Entries } from './assemble.js';
import { gram, rowDots } from './inner.js';
import { innerProducts } from './innerProducts.js';
import { commonGroups, mergeStacks, type Stack, takeGroups } from './stack.js';
import { pushed } from './tangents.js';

/** What is added to H̄, on and below its diagonal (rows t, columns s ≤ t; what is above it is not whole, and not read), and to D3. */
export interface RowTerms {
  readonly lower: readonly Block[];
  readonly third: readonly Entries[];
}

type Curving<K> = { readonly node: Expr; readonly curvature: K; readonly lambda: Expr | undefined };

const cut = (stack: Stack, groups: readonly number[]): Stack => ({ groups, value: takeGroups(stack, groups) });

/** The part of a stack up to a group; undefined where that is nothing. */
const upTo = (stack: Stack | undefined, last: number): Stack | undefined => {
  const groups = stack?.groups.filter((g) => g <= last) ?? [];
  return groups.length === 0 ? undefined : cut(stack!, groups);
};

/** The sum of what came from several readers, up to a group. What one reader sent is cut when something is computed with it, once. */
const joined = (parts: readonly Stack[], last: number): Stack | undefined =>
  parts.length === 1 ? parts[0] : mergeStacks(parts.flatMap((part) => upTo(part, last) ?? []));

/**
 * Are the groups that go no further so few that a product along them, too, costs less than a copy of the others? Then they are cut off behind
 * it, where there are fewer numbers.
 */
const fewBeyond = (all: Stack, further: Stack): boolean => 17 * further.groups.length > 16 * all.groups.length;

const lastOf = ({ groups }: Stack): number => groups.at(-1)!;

/**
 * Values that are linear in parameters and depend on nothing else that moves: nothing is to be found out behind them, so λ̇, which
 * for a weight would cost as much as S gradients, stops at their readers.
 */
const linearInParameters = (parameters: ReadonlySet<Expr>, stages: ReadonlyMap<Expr, Stage>): ReadonlySet<Expr> => {
  const found = new Set(parameters);
  for (const [node, { args, differential }] of stages) {
    const moving = args.filter((arg) => stages.has(arg) || parameters.has(arg));
    const { curvature } = differential;
    const straight =
      curvature.kind === 'linear' || (curvature.kind === 'bilinear' ? moving.length === 1 : !curvature.curved(node));
    if (straight && moving.every((arg) => found.has(arg))) found.add(node);
  }
  return found;
};

/** λ·B(·, ẏ) as vectors of operand `i`, from the other operand's tangents. */
const bentBilinear = (
  { node, curvature, lambda }: Curving<BilinearCurvature>,
  i: 0 | 1,
  other: Stack | undefined,
): Stack | undefined =>
  lambda && other && { groups: other.groups, value: curvature.adjoint(node, i, lambda, other.value, 0, 1) };

/** λ·d³f[ẋ, ẋ, ẋ] + 3 λ̇·d²f[ẋ, ẋ]. */
const thirdDiagonal = (
  { node, curvature, lambda }: Curving<DiagonalCurvature>,
  x: Stack,
  own: Stack | undefined,
): readonly Entries[] => {
  const transformed: Stack = { groups: x.groups, value: curvature.transform(node, x.value, 1) };
  const part = (groups: readonly number[], above: Stack | undefined): readonly Entries[] => {
    if (groups.length === 0) return [];
    const stack = above && takeGroups(above, groups);
    const value = curvature.third(node, takeGroups(transformed, groups), { lambda, stack });
    return value ? [{ groups, value }] : [];
  };
  const both = commonGroups(x, own);
  const alone = x.groups.filter((g) => !both.includes(g));
  return [...part(both, own), ...part(alone, undefined)];
};

/** 3 λ̇·d²B[(ȧ, ḃ), (ȧ, ḃ)] = 6 λ̇·B(ȧ, ḃ). */
const thirdBilinear = (
  { node, curvature }: Curving<BilinearCurvature>,
  args: readonly Expr[],
  operands: readonly [Stack, Stack],
  own: Stack | undefined,
): readonly Entries[] => {
  const both = commonGroups(own, { ...operands[0], groups: commonGroups(...operands) });
  if (both.length === 0) return [];
  const [a, b] = operands.map((operand) => takeGroups(operand, both)) as [Expr, Expr];
  const above = takeGroups(own!, both);
  // At the smallest of the three: what is summed to its size is so at once. The result before the operands, which would be transposed.
  const [sizeOfA, sizeOfB] = args.map(likelySize) as [number, number];
  const dots =
    likelySize(node) <= Math.min(sizeOfA, sizeOfB)
      ? rowDots(curvature.apply(node, a, b, 1, 1), above)
      : sizeOfA <= sizeOfB
        ? rowDots(curvature.adjoint(node, 0, above, b, 1, 1), a)
        : rowDots(curvature.adjoint(node, 1, above, a, 1, 1), b);
  return [{ groups: both, value: mul(dots, 6) }];
};

/** λ_y·d²f[ẋ_s, u_t] at the readers of parameters: needs no λ̇. */
const directTerms = (
  node: Expr,
  stage: Stage,
  lambda: Expr | undefined,
  tangent: (arg: Expr) => Stack | undefined,
  isLinear: (arg: Expr) => boolean,
): readonly Block[] => {
  const { args } = stage;
  const { curvature } = stage.differential;
  if (curvature.kind === 'diagonal' && isLinear(args[0]!)) return innerProducts(node, stage, tangent, lambda).symmetric;
  if (curvature.kind !== 'bilinear') return [];
  return args.flatMap((arg, i) => {
    const z = isLinear(arg) ? tangent(arg) : undefined;
    const other = z && upTo(tangent(args[1 - i]!), lastOf(z));
    const bent = other && bentBilinear({ node, curvature, lambda }, (1 - i) as 0 | 1, z);
    return bent ? [{ rows: z.groups, columns: other.groups, value: gram(bent.value, other.value) }] : [];
  });
};

/** λ̇ of operand `i`, up to the last group that reaches it: what comes through the operation, and what its curvature adds. */
const pulledBack = (
  node: Expr,
  i: number,
  { args, differential }: Stage,
  lambda: Expr | undefined,
  own: Stack | undefined,
  tangent: (arg: Expr) => Stack | undefined,
): readonly (Stack | undefined)[] => {
  const x = tangent(args[i]!)!;
  const { curvature } = differential;
  const pull = (above: Stack | undefined): Stack | undefined => {
    const value = above && differential.adjoint(node, i, above.value, 1);
    return value && { groups: above.groups, value };
  };
  if (curvature.kind === 'linear') return [pull(own)];
  const above = upTo(own, lastOf(x));
  if (curvature.kind === 'bilinear') {
    const pulled = pull(above && likelySize(args[i]!) < likelySize(node) && fewBeyond(own!, above) ? own : above);
    const other = lambda && upTo(tangent(args[1 - i]!), lastOf(x));
    return [pulled, bentBilinear({ node, curvature, lambda }, i as 0 | 1, other)];
  }
  if (!lambda) return [pull(above)];
  const weights = curvature.second(node, lambda);
  if (!weights) return [pull(above)];
  const transformed = curvature.transform(node, x.value, 1);
  if (!curvature.bentResult) return [pull(above), { groups: x.groups, value: mul(transformed, weights) }];
  const bent = { groups: x.groups, value: curvature.bentResult(node, lambda, transformed, 1) };
  return [pull(mergeStacks([...(above ? [above] : []), bent]))];
};

/**
 * The terms of H̄ and D3 of a loss, in the order in which they are to be worked out: first those that only read tangents, along with the
 * forward pass. `lambda` holds adjoints, `tangents` first-order tangents by value.
 */
export const adjointTangentTerms = (
  parameters: ReadonlySet<Expr>,
  stages: ReadonlyMap<Expr, Stage>,
  lambdas: ReadonlyMap<Expr, Expr>,
  tangents: ReadonlyMap<Expr, Stack>,
): readonly RowTerms[] => {
  const linear = linearInParameters(parameters, stages);
  const tangent = (arg: Expr): Stack | undefined => tangents.get(arg);
  const inner = [...stages].filter(([node]) => !linear.has(node));
  const direct = inner.map(([node, stage]) => ({
    lower: directTerms(node, stage, lambdas.get(node), tangent, (arg) => linear.has(arg)),
    third: [],
  }));

  const parts = new Map<Expr, Stack[]>();
  const reverse = inner.reverse().map(([node, stage]): RowTerms => {
    const { args } = stage;
    const { curvature } = stage.differential;
    const lambda = lambdas.get(node);
    const own = joined(parts.get(node) ?? [], lastOf(tangent(node)!));
    const lower = args.flatMap((arg, i): readonly Block[] => {
      const z = linear.has(arg) ? tangent(arg) : undefined;
      const rows = z && pushed(node, i, stage, z);
      return rows && own ? [{ rows: rows.groups, columns: own.groups, value: gram(rows.value, own.value) }] : [];
    });
    args.forEach((arg, i) => {
      if (linear.has(arg) || !tangent(arg)) return;
      const found = pulledBack(node, i, stage, lambda, own, tangent).filter((part) => part !== undefined);
      parts.set(arg, [...(parts.get(arg) ?? []), ...found]);
    });
    const [a, b] = args.map(tangent);
    const third =
      curvature.kind === 'diagonal' && a
        ? thirdDiagonal({ node, curvature, lambda }, a, own)
        : curvature.kind === 'bilinear' && a && b
          ? thirdBilinear({ node, curvature, lambda }, args, [a, b], own)
          : [];
    return { lower, third };
  });
  return [...direct, ...reverse];
};
