/** Hessian-vector products: the tangent of the gradient (forward over reverse). */

import { GraphError } from '../error.js';
import type { Expr } from '../expr.js';
import { jvp } from './jvp.js';
import { overVariables } from './variables.js';
import { grad } from './vjp.js';

/**
 * Σ_b ∂²L/∂a∂b · v_b for each a of `wrt`; `vectors[i]` has the type and shape of `wrt[i]`. Throws GraphError on a non-scalar loss and where the
 * vectors are not as many, or not alike.
 */
export const hvp = (loss: Expr, wrt: readonly Expr[], vectors: readonly Expr[]): readonly Expr[] => {
  if (vectors.length !== wrt.length) {
    throw new GraphError('hvp', `got ${vectors.length} vectors for ${wrt.length} operands; give one for each`);
  }
  const { exprs, variables, restored } = overVariables([loss], wrt, vectors);
  return restored(jvp(grad(exprs[0]!, variables), new Map(variables.map((x, i) => [x, vectors[i]!]))));
};
