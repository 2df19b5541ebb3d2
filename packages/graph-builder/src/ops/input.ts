/** A named leaf: what a graph is fed with. */

import { type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { requireExtents, type Shape } from '../shape.js';
import type { DType } from '../tensor.js';

export type InputAttributes = { readonly name: string; readonly dtype: DType; readonly shape: Shape };

export const inputOp: Op<InputAttributes> = {
  name: 'input',
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  emit: (node) => node.attributes.name,
  evaluate: (node) => {
    throw new Error(`input ${node.attributes.name} has no value`);
  },
};

/**
 * An input of the graph. Dimensions may be symbols (`'N'`), which stay symbolic in the exported file. Throws GraphError where one is a number
 * that is not whole, or below 0.
 */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Expr<InputAttributes> {
  requireExtents('input', `"${name}"`, shape);
  return makeExpr(inputOp, [], { name, dtype, shape });
}

export const isInput = (expr: Expr): boolean => expr.op === inputOp;
