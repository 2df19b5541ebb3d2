/** Hessian-vector products: the tangent of the gradient (forward over reverse). */

import type { Expr } from '../expr.js';
import { jvp } from './jvp.js';
import { grad } from './vjp.js';

/** Σ_b ∂²L/∂a∂b · v_b for each a of `wrt`; `vectors[i]` has the shape of `wrt[i]`. Throws GraphError on a non-scalar loss. */
export const hvp = (loss: Expr, wrt: readonly Expr[], vectors: readonly Expr[]): readonly Expr[] =>
  jvp(grad(loss, wrt), new Map(wrt.map((x, i) => [x, vectors[i]!])));
