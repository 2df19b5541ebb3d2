/** Detach: the same value, seen as a constant by every derivative. */

import { type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { isConstant } from './constant.js';

export const detachOp: Op = {
  name: 'detach',
  infer: ([x]) => ({ dtype: x!.dtype, shape: x!.shape }),
  emit: (node, e) => e.node('Identity', [e.name(node.args[0]!)]),
  evaluate: (_, [x]) => x!.data,
};

/** x, through which nothing is differentiated (stop-gradient). */
export function detach(x: Expr): Expr {
  return isConstant(x) || x.op === detachOp ? x : makeExpr(detachOp, [x], {});
}
