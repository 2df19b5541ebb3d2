/** Neg: −x. */

import { linear } from '../classes/linear.js';
import { type Expr, makeExpr, requireNumbers } from '../expr.js';
import { foldConstants } from './fold.js';

export const negOp = linear({
  name: 'neg',
  elementwise: true,
  infer: ([x]) => {
    requireNumbers('neg', x!);
    return { dtype: x!.dtype, shape: x!.shape };
  },
  emit: (node, e) => e.node('Neg', [e.name(node.args[0]!)]),
  evaluate: (_, [x]) => x!.data.map((v) => -v),
  tangent: (_node, _i, dx) => neg(dx),
  adjoint: (_node, _i, adjoint) => neg(adjoint),
});

/** −x, elementwise. Throws GraphError on bool. */
export function neg(x: Expr): Expr {
  return x.op === negOp ? x.args[0]! : foldConstants(makeExpr(negOp, [x], {}));
}
