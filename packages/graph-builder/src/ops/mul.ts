/** Mul: elementwise product with broadcasting. */

import { bilinear } from '../classes/bilinear.js';
import { alignLead, lift, mapBroadcast, overUnexpanded, unbroadcast } from '../classes/elementwise.js';
import { commonDType, type Expr, makeExpr, requireNumbers } from '../expr.js';
import { broadcastShapes } from '../shape.js';
import type { DType } from '../tensor.js';
import { constant, isHeld, uniformValue } from './constant.js';
import { expand } from './expand.js';
import { foldConstants } from './fold.js';
import { reciprocalOp } from './reciprocal.js';

export const mulOp = bilinear({
  name: 'mul',
  elementwise: true,
  infer: (args) => {
    requireNumbers('mul', args[0]!);
    return { dtype: commonDType('mul', args), shape: broadcastShapes('mul', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => {
    const [a, b] = node.args as [Expr, Expr];
    // a·(1/b) is written as one division where nothing else reads the reciprocal.
    if (b.op === reciprocalOp && e.uses(b) === 1) return e.node('Div', [e.name(a), e.name(b.args[0]!)]);
    if (a.op === reciprocalOp && e.uses(a) === 1) return e.node('Div', [e.name(b), e.name(a.args[0]!)]);
    return e.node('Mul', [e.name(a), e.name(b)]);
  },
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (a, b) => a! * b!),
  apply: (node, a, b, leadA, leadB) =>
    mul(alignLead(a, leadA, node.shape.length), alignLead(b, leadB, node.shape.length)),
  adjoint: (node, i, adjoint, other, leadAdjoint, leadOther) =>
    unbroadcast(
      mul(adjoint, alignLead(other, leadOther, node.shape.length)),
      node.args[i]!.shape,
      Math.max(leadAdjoint, leadOther),
    ),
});

/** The product of two factors that are not 0, where the type holds it. */
const heldProduct = (a: number, b: number, dtype: DType): number | undefined => {
  const product = a * b;
  const single = dtype === 'float32' ? Math.fround(product) : product;
  return isHeld(product, dtype) && Number.isFinite(single) && single !== 0 ? product : undefined;
};

const product = (left: Expr, right: Expr): Expr => {
  // One order for a commutative product, so that a·b and b·a are the same node; constants go second.
  const [x, y] =
    uniformValue(left) !== undefined || (uniformValue(right) === undefined && right.id < left.id)
      ? [right, left]
      : [left, right];
  const known = uniformValue(y);
  if (
    known === 1 &&
    broadcastShapes('mul', x.shape, y.shape).length === x.shape.length &&
    y.shape.every((d) => d === 1)
  )
    return x;
  if (known === 0) return expand(constant(0, x.dtype), broadcastShapes('mul', x.shape, y.shape));
  // (x·c₁)·c₂ = x·(c₁c₂): keeps chains of scale factors from piling up, where c₁c₂ neither overflows nor vanishes.
  if (known !== undefined && x.op === mulOp && y.shape.length === 0) {
    const inner = uniformValue(x.args[1]!);
    const both = inner === undefined ? undefined : heldProduct(inner, known, x.dtype);
    if (both !== undefined && x.args[1]!.shape.length === 0) return mul(x.args[0]!, constant(both, x.dtype));
  }
  return foldConstants(makeExpr(mulOp, [x, y], {}));
};

/**
 * a·b; a number takes the other operand's dtype. Throws GraphError where it does not hold the number, types differ or are bool, or shapes do not
 * broadcast.
 */
export function mul(a: Expr, b: Expr | number): Expr {
  const factor = lift('mul', b, a);
  commonDType('mul', [a, factor]);
  return overUnexpanded('mul', [a, factor], product);
}

/** x². */
export const square = (x: Expr): Expr => mul(x, x);
