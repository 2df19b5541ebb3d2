/** Expand: repeats an operand along axes where it has length 1, or that it lacks on the left. */

import { alignLead, mapBroadcast, unbroadcast } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { broadcastShapes, type Shape, sameShape } from '../shape.js';

export type ExpandAttributes = { readonly shape: Shape };

export const expandOp = linear<ExpandAttributes>({
  name: 'expand',
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('expand', x!.shape, shape), shape)) {
      throw new GraphError('expand', `${describe(x!)} does not expand to [${shape.join(', ')}]`);
    }
    return { dtype: x!.dtype, shape };
  },
  emit: (node, e) => {
    const own = node.args[0]!.shape;
    // Where the operand already has the dimension, 1 says "keep" and spares computing a symbol.
    const wanted = node.shape.map((d, axis) => (own[axis - node.shape.length + own.length] === d ? 1 : d));
    // An Expand to ones only adds axes; OpenVINO takes it for one that does nothing, and loses them.
    if (wanted.every((d) => d === 1)) {
      const added = Array.from({ length: node.shape.length - own.length }, (_, axis) => axis);
      return e.node('Unsqueeze', [e.name(node.args[0]!), e.dims(added)]);
    }
    return e.node('Expand', [e.name(node.args[0]!), e.dims(wanted)]);
  },
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (v) => v),
  tangent: (node, _, dx, lead) =>
    expand(alignLead(dx, lead, node.shape.length), [...dx.shape.slice(0, lead), ...node.shape]),
  adjoint: (node, _, adjoint, lead) => unbroadcast(adjoint, node.args[0]!.shape, lead),
});

/** x repeated to a shape that it broadcasts to. Throws GraphError where it does not. */
export function expand(x: Expr, shape: Shape): Expr {
  if (sameShape(x.shape, shape)) return x;
  expandOp.infer([x], { shape });
  if (x.op === expandOp) return expand(x.args[0]!, shape);
  return makeExpr(expandOp, [x], { shape });
}
