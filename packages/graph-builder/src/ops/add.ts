/** Add: elementwise sum with broadcasting. */

import { alignLead, lift, mapBroadcast, overUnexpanded, unbroadcast } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { GraphError } from '../error.js';
import { commonDType, type Expr, makeExpr, requireNumbers } from '../expr.js';
import { broadcastShapes, sameShape } from '../shape.js';
import { uniformValue } from './constant.js';
import { expand } from './expand.js';
import { foldConstants } from './fold.js';
import { joinPadded } from './joinPadded.js';

export const addOp = linear({
  name: 'add',
  elementwise: true,
  infer: (args) => {
    requireNumbers('add', args[0]!);
    return { dtype: commonDType('add', args), shape: broadcastShapes('add', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node('Add', node.args.map(e.name)),
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (a, b) => a! + b!),
  tangent: (node, _, dx, lead) =>
    expand(alignLead(dx, lead, node.shape.length), [...dx.shape.slice(0, lead), ...node.shape]),
  adjoint: (node, i, adjoint, lead) => unbroadcast(adjoint, node.args[i]!.shape, lead),
});

const sum = (a: Expr, b: Expr): Expr => {
  const [x, y] = uniformValue(a) !== undefined || (uniformValue(b) === undefined && b.id < a.id) ? [b, a] : [a, b];
  const shape = broadcastShapes('add', x.shape, y.shape);
  if (uniformValue(y) === 0 && sameShape(x.shape, shape)) return x;
  if (uniformValue(x) === 0) return expand(y, shape);
  return joinPadded(x, y) ?? foldConstants(makeExpr(addOp, [x, y], {}));
};

/**
 * a + b; a number takes the other operand's dtype. Throws GraphError where it does not hold the number, types differ or are bool, or shapes do not
 * broadcast.
 */
export function add(a: Expr, b: Expr | number): Expr {
  const right = lift('add', b, a);
  commonDType('add', [a, right]);
  return overUnexpanded('add', [a, right], sum);
}

/** Σ of one or more expressions of one shape. Throws GraphError where there is none. */
export const sumOf = (terms: readonly Expr[]): Expr => {
  if (terms.length === 0) throw new GraphError('sumOf', 'there is nothing to add; give at least one expression');
  return terms.reduce(add);
};

/** Σ of the terms that are there; undefined where there is none. */
export const sumOfPresent = (terms: readonly (Expr | undefined)[]): Expr | undefined => {
  const present = terms.filter((term) => term !== undefined);
  return present.length === 0 ? undefined : sumOf(present);
};
