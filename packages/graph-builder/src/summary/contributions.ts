/** What one operation adds to H̄ and D3, and what it bends: math.md §2, for the diagonal and the bilinear class. */

import type { Expr } from '../expr.js';
import type { BilinearCurvature, DiagonalCurvature } from '../op.js';
import { add } from '../ops/add.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import type { Terms } from './assemble.js';
import type { Order } from './groups.js';
import { commonGroups, type Stack, takeGroups } from './stack.js';

/**
 * Taylor coefficients of a value along each group, ẋ and ½ẍ; absent where no group reaches it. With derivatives in their place
 * every product would be multiplied by 2.
 */
export interface Tangents {
  readonly first: Stack | undefined;
  readonly second: Stack | undefined;
}

/** Σ w₂ x_s x_t and Σ w₃ x_s³ over a stack x. */
export interface Powers {
  readonly stack: Stack;
  readonly w2: Expr | undefined;
  readonly w3: Expr | undefined;
}

/** What one operation adds, and what it hands on. */
export interface Contribution extends Terms {
  /** ½ d²f[ẋ_s, ẋ_s], which the second-order tangents of the result need. */
  readonly bend: Stack | undefined;
  /** Powers left to the next operation, which has some over the same stack. */
  readonly postponed: Powers | undefined;
}

/** [k, ...n] as a matrix with k rows. */
const rowsOf = (x: Expr): Expr => reshape(x, [x.shape[0]!, -1]);

/** ⟨a_s, b_t⟩ for all s, t: stacks [k, ...n] and [l, ...n] give [k, l], in one matrix product. */
const gram = (a: Expr, b: Expr): Expr => matmul(rowsOf(a), transpose(rowsOf(b)));

/** ⟨a_s, b_s⟩ for each s: two stacks [k, ...n] give [k]. */
const rowDots = (a: Expr, b: Expr): Expr => reduceSum(rowsOf(mul(a, b)), [1]);

export const nothing: Contribution = { symmetric: [], cross: [], third: [], bend: undefined, postponed: undefined };

const sumOrEither = (a: Expr | undefined, b: Expr | undefined): Expr | undefined => (a && b ? add(a, b) : (a ?? b));

const joinPowers = (a: Powers, b: Powers): Powers => ({
  stack: b.stack,
  w2: sumOrEither(a.w2, b.w2),
  w3: sumOrEither(a.w3, b.w3),
});

const squares = ({ stack: { groups, value }, w2 }: Powers): Contribution['symmetric'] =>
  w2 ? [{ rows: groups, columns: groups, value: gram(mul(value, w2), value) }] : [];

const cubes = ({ stack: { groups, value }, w3 }: Powers): Contribution['third'] =>
  w3 ? [{ groups, value: rowDots(mul(mul(value, value), w3), value) }] : [];

/**
 * λ·d²f as one matrix of inner products, with the powers that the operation before has postponed; at order 3 also
 * λ·(d³f + 3 d²f[ẋ, ẍ]), and d²f[ẋ, ẋ] for the tangents behind. With `postpone` the own powers are left to the next operation.
 */
export const diagonalContribution = (
  node: Expr,
  curvature: DiagonalCurvature,
  { first, second }: Tangents,
  adjoint: Expr | undefined,
  order: Order,
  { postponed, postpone }: { readonly postponed: Powers | undefined; readonly postpone: boolean },
): Contribution => {
  if (!first) return nothing;
  const { groups } = first;
  const x = curvature.transform(node, first.value, 1);
  const stack = { groups, value: x };
  const w2 = adjoint && curvature.second(node, adjoint);
  const w3 = order < 3 ? undefined : adjoint && curvature.third(node, adjoint);
  const shared = postponed?.stack.value === x;
  const powers = shared ? joinPowers(postponed, { stack, w2, w3 }) : { stack, w2, w3 };
  const due = [...(postponed && !shared ? [postponed] : []), ...(postpone ? [] : [powers])];
  const symmetric = due.flatMap(squares);
  const left = { postponed: postpone ? powers : undefined };
  if (order < 3) return { ...nothing, ...left, symmetric };
  const third = due.flatMap(cubes);
  if (w2 && second) {
    const both = commonGroups(second, first);
    const weighted = takeGroups({ groups, value: mul(x, w2) }, both);
    const curved = curvature.transform(node, takeGroups(second, both), 1);
    third.push({ groups: both, value: mul(rowDots(weighted, curved), 6) });
  }
  const bent = curvature.bend(node, x, 1);
  return { ...nothing, ...left, symmetric, third, bend: bent && { groups, value: bent } };
};

/** Number of elements, with a guess for lengths that are not known. */
const likelySize = ({ shape }: Expr): number =>
  shape.reduce<number>((size, d) => size * (typeof d === 'number' ? d : 100), 1);

/**
 * λ·d²B: one vector-Jacobian product for each group of one operand, then inner products with the other's tangents. At order 3 also
 * λ·3 d²B[ẋ, ẍ], and d²B[ẋ, ẋ] for the tangents behind.
 */
export const bilinearContribution = (
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
  // One vector-Jacobian product for each group of the operand that fewer groups reach; then inner products with all of the
  // other's, which should be the smaller one where there is a choice.
  const fewer = a.first.groups.length - b.first.groups.length;
  const viaB = fewer === 0 ? likelySize(node.args[0]!) <= likelySize(node.args[1]!) : fewer > 0;
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
    return [{ groups: both, value: mul(rowDots(reused, takeGroups(other!, both)), 6) }];
  });
  const paired = commonGroups(a.first, b.first);
  const bend =
    paired.length === 0
      ? undefined
      : { groups: paired, value: apply(node, takeGroups(a.first, paired), takeGroups(b.first, paired), 1, 1) };
  return { ...nothing, cross, third, bend };
};
