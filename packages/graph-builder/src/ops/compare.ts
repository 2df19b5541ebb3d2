/** Comparisons: booleans from numbers, piecewise constant and so without a derivative. */

import { lift, makeBroadcast, mapBroadcast } from '../classes/elementwise.js';
import { commonDType, type Expr } from '../expr.js';
import type { Op } from '../op.js';
import { broadcastShapes } from '../shape.js';

const comparison = (name: string, onnx: string, f: (a: number, b: number) => boolean): Op => ({
  name,
  infer: (args) => {
    commonDType(name, args);
    return { dtype: 'bool', shape: broadcastShapes(name, ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node(onnx, node.args.map(e.name)),
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (a, b) => Number(f(a!, b!))),
});

const comparisonConstructor =
  (op: Op) =>
  (a: Expr, b: Expr | number): Expr =>
    makeBroadcast(op, [a, lift(op.name, b, a)], {});

export const greaterOp = comparison('greater', 'Greater', (a, b) => a > b);
export const greaterOrEqualOp = comparison('greaterOrEqual', 'GreaterOrEqual', (a, b) => a >= b);
export const lessOp = comparison('less', 'Less', (a, b) => a < b);
export const lessOrEqualOp = comparison('lessOrEqual', 'LessOrEqual', (a, b) => a <= b);
export const equalOp = comparison('equal', 'Equal', (a, b) => a === b);

/** a > b, broadcasting; a number takes the other operand's dtype. Throws GraphError where that does not hold it. */
export const greater = comparisonConstructor(greaterOp);
/** a ≥ b. */
export const greaterOrEqual = comparisonConstructor(greaterOrEqualOp);
/** a < b. */
export const less = comparisonConstructor(lessOp);
/** a ≤ b. */
export const lessOrEqual = comparisonConstructor(lessOrEqualOp);
/** a = b. */
export const equal = comparisonConstructor(equalOp);
