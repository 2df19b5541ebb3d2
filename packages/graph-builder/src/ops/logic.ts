/** Logic: booleans from booleans, without a derivative. */

import { makeBroadcast, mapBroadcast } from '../classes/elementwise.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import type { Op } from '../op.js';
import { broadcastShapes } from '../shape.js';

const connective = (name: string, onnx: string, f: (...values: readonly boolean[]) => boolean): Op => ({
  name,
  infer: (args) => {
    const wrong = args.find((a) => a.dtype !== 'bool');
    if (wrong) throw new GraphError(name, `needs bool operands, got ${describe(wrong)}; compare or cast it first`);
    return { dtype: 'bool', shape: broadcastShapes(name, ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node(onnx, node.args.map(e.name)),
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (...values) => Number(f(...values.map(Boolean)))),
});

const infix =
  (op: Op) =>
  (a: Expr, b: Expr): Expr =>
    makeBroadcast(op, [a, b], {});

const notOp = connective('not', 'Not', (a) => !a);

/** a ∧ b, broadcasting. */
export const and = infix(connective('and', 'And', (a, b) => a! && b!));
/** a ∨ b. */
export const or = infix(connective('or', 'Or', (a, b) => a! || b!));
/** a ⊕ b: exactly one of the two. */
export const xor = infix(connective('xor', 'Xor', (a, b) => a !== b));
/** ¬a. */
export const not = (a: Expr): Expr => makeBroadcast(notOp, [a], {});
