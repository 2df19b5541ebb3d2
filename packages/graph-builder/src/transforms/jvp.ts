/** Jacobian-vector products: forward mode, for one tangent or a stack of them. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat, topologicalOrder } from '../expr.js';
import { add } from '../ops/add.js';
import { constant } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { sameShape } from '../shape.js';

/** Zeros of an expression's type and shape; one number until somebody needs it spread out. */
export const zerosLike = (expr: Expr): Expr => expand(constant(0, expr.dtype), expr.shape);

/**
 * Tangents of `outputs` along the tangents of some nodes (each of its node's shape; all others have tangent zero). An
 * undefined entry is a tangent that is zero everywhere. Repeated use gives directional derivatives of any order.
 */
export const jvpOrZero = (
  outputs: readonly Expr[],
  tangents: ReadonlyMap<Expr, Expr>,
): readonly (Expr | undefined)[] => {
  for (const [node, tangent] of tangents) {
    if (!sameShape(node.shape, tangent.shape) || node.dtype !== tangent.dtype) {
      throw new GraphError('jvp', `the tangent of ${describe(node)} is ${describe(tangent)}; it must be alike`);
    }
  }
  const known = new Map<Expr, Expr>(tangents);
  for (const node of topologicalOrder(outputs)) {
    const differential = node.op.differential;
    if (known.has(node) || !differential || !isFloat(node.dtype)) continue;
    let total: Expr | undefined;
    node.args.forEach((arg, i) => {
      const dx = known.get(arg);
      const part = dx && differential.tangent(node, i, dx, 0);
      if (part) total = total ? add(total, part) : part;
    });
    if (total) known.set(node, expand(total, node.shape));
  }
  return outputs.map((output) => known.get(output));
};

/**
 * J v: tangents of `outputs` along the tangents of some nodes (parameters, inputs, any value), each of its node's shape and type; all others stand still. Each is of
 * its output's shape; zeros where an output does not move. Throws GraphError for a tangent that is not like its node.
 */
export const jvp = (outputs: readonly Expr[], tangents: ReadonlyMap<Expr, Expr>): readonly Expr[] =>
  jvpOrZero(outputs, tangents).map((tangent, i) => tangent ?? zerosLike(outputs[i]!));
