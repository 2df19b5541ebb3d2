/** What one operation adds to H̄ and D3, and what it bends: math.md §2, for the diagonal and the bilinear class. */

import type { Expr } from '../expr.js';
import type { BilinearCurvature, DiagonalCurvature } from '../op.js';
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

/** What one operation adds, and what it hands on. */
export interface Contribution extends Terms {
  /** ½ d²f[ẋ_s, ẋ_s], which the second-order tangents of the result need. */
  readonly bend: Stack | undefined;
}

/** [k, ...n] as a matrix with k rows. */
const rowsOf = (x: Expr): Expr => reshape(x, [x.shape[0]!, -1]);

/** ⟨a_s, b_t⟩ for all s, t: stacks [k, ...n] and [l, ...n] give [k, l], in one matrix product. */
const gram = (a: Expr, b: Expr): Expr => matmul(rowsOf(a), transpose(rowsOf(b)));

/** ⟨a_s, b_s⟩ for each s: two stacks [k, ...n] give [k]. */
const rowDots = (a: Expr, b: Expr): Expr => reduceSum(rowsOf(mul(a, b)), [1]);

export const nothing: Contribution = { symmetric: [], cross: [], third: [], bend: undefined };

/**
 * λ·d²f as one matrix of inner products; at order 3 also λ·(d³f + 3 d²f[ẋ, ẍ]), and ½ d²f[ẋ, ẋ] for the tangents behind.
 */
export const diagonalContribution = (
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
  const weighted = w2 && mul(x, w2);
  const symmetric = weighted ? [{ rows: groups, columns: groups, value: gram(weighted, x) }] : [];
  if (order < 3) return { ...nothing, symmetric };
  const third = [];
  const w3 = adjoint && curvature.third(node, adjoint);
  if (w3) {
    // Where both weights are one, as a softmax's, the weighted stack is there already.
    const square = curvature.square?.(node, x, 1) ?? mul(x, x);
    third.push({ groups, value: w3 === w2 ? rowDots(square, weighted!) : rowDots(mul(square, w3), x) });
  }
  if (weighted && second) {
    const both = commonGroups(second, first);
    const curved = curvature.transform(node, takeGroups(second, both), 1);
    third.push({ groups: both, value: mul(rowDots(takeGroups({ groups, value: weighted }, both), curved), 6) });
  }
  const bent = curvature.bend(node, x, 1);
  return { ...nothing, symmetric, third, bend: bent && { groups, value: bent } };
};

/** Number of elements, with a guess for lengths that are not known. */
const likelySize = ({ shape }: Expr): number =>
  shape.reduce<number>((size, d) => size * (typeof d === 'number' ? d : 100), 1);

/**
 * λ·d²B: one vector-Jacobian product for each group of one operand, then inner products with the other's tangents. At order 3 also
 * λ·3 d²B[ẋ, ẍ], and ½ d²B[ẋ, ẋ] for the tangents behind.
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
