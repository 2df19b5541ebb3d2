/** Sub: elementwise difference with broadcasting. */

import { alignLead, lift, mapBroadcast, overUnexpanded, unbroadcast } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { commonDType, type Expr, makeExpr, requireNumbers } from '../expr.js';
import { broadcastShapes, sameShape } from '../shape.js';
import { uniformValue } from './constant.js';
import { expand } from './expand.js';
import { foldConstants } from './fold.js';
import { neg } from './neg.js';
import { reluOp } from './relu.js';

export const subOp = linear({
  name: 'sub',
  elementwise: true,
  infer: (args) => {
    requireNumbers('sub', args[0]!);
    return { dtype: commonDType('sub', args), shape: broadcastShapes('sub', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => {
    const [a, b] = node.args as [Expr, Expr];
    // x − max(x, 0): one kernel for two, and no ∞ − ∞.
    const negativePart = b.op === reluOp && b.args[0] === a;
    return negativePart ? e.node('Min', [e.name(a), e.scalar(a.dtype, 0)]) : e.node('Sub', [e.name(a), e.name(b)]);
  },
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (a, b) => a! - b!),
  tangent: (node, i, dx, lead) => {
    const own = alignLead(i === 0 ? dx : neg(dx), lead, node.shape.length);
    return expand(own, [...dx.shape.slice(0, lead), ...node.shape]);
  },
  adjoint: (node, i, adjoint, lead) => {
    const own = unbroadcast(adjoint, node.args[i]!.shape, lead);
    return i === 0 ? own : neg(own);
  },
});

const difference = (a: Expr, b: Expr): Expr => {
  const shape = broadcastShapes('sub', a.shape, b.shape);
  if (uniformValue(b) === 0 && sameShape(a.shape, shape)) return a;
  if (uniformValue(a) === 0) return expand(neg(b), shape);
  return foldConstants(makeExpr(subOp, [a, b], {}));
};

/**
 * a − b; a number takes the other operand's dtype. Throws GraphError where it does not hold the number, types differ or are bool, or shapes do not
 * broadcast.
 */
export function sub(a: Expr | number, b: Expr | number): Expr {
  const left = typeof a === 'number' ? lift('sub', a, b as Expr) : a;
  const right = lift('sub', b, left);
  commonDType('sub', [left, right]);
  return overUnexpanded('sub', [left, right], difference);
}
