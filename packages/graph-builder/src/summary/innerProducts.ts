/**
 * H̄ from first-order tangents alone (docs/method.md): what one operation adds, for the diagonal and the bilinear class.
 *
 *     H̄_st = Σ over operations of  λ_y · d²f[ẋ_s, ẋ_t]
 */

import type { Expr } from '../expr.js';
import type { BilinearCurvature, DiagonalCurvature } from '../op.js';
import { mul } from '../ops/mul.js';
import { likelySize } from '../shape.js';
import type { Stage } from '../transforms/vjp.js';
import type { Block } from './assemble.js';
import { gram } from './inner.js';
import type { Stack } from './stack.js';

/** What one operation adds to H̄. `cross` blocks count together with their transposes. */
export interface InnerProducts {
  readonly symmetric: readonly Block[];
  readonly cross: readonly Block[];
}

const nothing: InnerProducts = { symmetric: [], cross: [] };

/** λ·d²f as one matrix of inner products. */
const ofDiagonal = (
  node: Expr,
  curvature: DiagonalCurvature,
  { groups, value }: Stack,
  adjoint: Expr,
): InnerProducts => {
  const weights = curvature.second(node, adjoint);
  if (!weights) return nothing;
  const x = curvature.transform(node, value, 1);
  return { ...nothing, symmetric: [{ rows: groups, columns: groups, value: gram(mul(x, weights), x) }] };
};

/**
 * λ·d²B: one vector-Jacobian product for each group of the operand that fewer groups reach, then inner products with all of the
 * other's, which should be the smaller one where there is a choice.
 */
const ofBilinear = (
  node: Expr,
  args: readonly Expr[],
  { adjoint: adjointOf }: BilinearCurvature,
  a: Stack,
  b: Stack,
  adjoint: Expr,
): InnerProducts => {
  const fewer = a.groups.length - b.groups.length;
  const viaB = fewer === 0 ? likelySize(args[0]!) <= likelySize(args[1]!) : fewer > 0;
  const [pulled, other] = viaB ? [b, a] : [a, b];
  const q = adjointOf(node, viaB ? 0 : 1, adjoint, pulled.value, 0, 1);
  return { ...nothing, cross: [{ rows: other.groups, columns: pulled.groups, value: gram(other.value, q) }] };
};

/** What an operation adds, from the first-order tangents of its operands (absent where no group reaches them) and its adjoint. */
export const innerProducts = (
  node: Expr,
  { args, differential: { curvature } }: Stage,
  tangent: (arg: Expr) => Stack | undefined,
  adjoint: Expr | undefined,
): InnerProducts => {
  const [a, b] = args.map(tangent);
  if (!adjoint || curvature.kind === 'linear') return nothing;
  if (curvature.kind === 'diagonal') return a ? ofDiagonal(node, curvature, a, adjoint) : nothing;
  return a && b ? ofBilinear(node, args, curvature, a, b, adjoint) : nothing;
};
