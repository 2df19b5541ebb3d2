/** Cast: the same values in another element type; to an integer rounds towards zero, to bool asks "is it non-zero". */

import { linear } from '../classes/linear.js';
import { type Expr, isFloat, makeExpr } from '../expr.js';
import { onnxTypeOf } from '../onnx/types.js';
import type { DType } from '../tensor.js';
import { foldConstants } from './fold.js';

export type CastAttributes = { readonly to: DType };

export const castOp = linear<CastAttributes>({
  name: 'cast',
  infer: ([x], { to }) => ({ dtype: to, shape: x!.shape }),
  emit: (node, e) => e.node('Cast', [e.name(node.args[0]!)], { to: onnxTypeOf[node.attributes.to] }),
  evaluate: (node, [x]) => {
    const { to } = node.attributes;
    if (isFloat(to)) return x!.data;
    return x!.data.map((v) => (to === 'bool' ? Number(v !== 0) : Math.trunc(v)));
  },
  tangent: (node, _, dx) => (isFloat(node.dtype) && isFloat(dx.dtype) ? cast(dx, node.dtype) : undefined),
  adjoint: (node, _, adjoint) => (isFloat(node.args[0]!.dtype) ? cast(adjoint, node.args[0]!.dtype) : undefined),
});

/** x in another element type. Between floating-point types it is linear; to or from integers it has no derivative. */
export function cast(x: Expr, to: DType): Expr {
  return x.dtype === to ? x : foldConstants(makeExpr(castOp, [x], { to }));
}
