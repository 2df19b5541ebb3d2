/** Truncated Newton: the Newton direction by a few conjugate gradients, whose products are Hessian-vector products. */

import { add, type Expr, hvp, mul, requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requireCount, requireNonNegative } from '../state.js';
import { conjugateGradient } from './conjugateGradient.js';

/** Options of `newtonCG`. */
export interface NewtonCGOptions {
  /** Conjugate gradients a step, each one Hessian-vector product. A whole number of at least 1; default 10. */
  readonly iterations?: number;
  /** Added to the Hessian's diagonal, at least 0. Default 0. */
  readonly damping?: number;
  /** Stop once ‖(H + damping·I)u − g‖ is at most this share of ‖g‖, at least 0. Default 1e-6. */
  readonly tolerance?: number;
}

/**
 * u ≈ (H + damping·I)⁻¹g from `iterations` steps of conjugate gradients at u = 0, unrolled in the graph, on the batch
 * of the gradient. They stop where the residual is small, or where a direction of non-positive curvature turns up: what
 * has been found until then is the direction, and the gradient itself if that was at once. Without state. Checks:
 * `cgResidual`, ‖(H + damping·I)u − g‖/‖g‖ as the iterations see it. Throws GraphError where an option is unknown or
 * out of its range. Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1; Martens, ICML 2010.
 */
export const newtonCG = (options: NewtonCGOptions = {}): Direction => {
  requireKnown('newtonCG', options, { iterations: true, damping: true, tolerance: true });
  const { iterations = 10, damping = 0, tolerance = 1e-6 } = options;
  requireCount('newtonCG', 'iterations', iterations);
  requireNonNegative('newtonCG', 'damping', damping);
  requireNonNegative('newtonCG', 'tolerance', tolerance);
  return {
    name: 'newtonCG',
    init: () => [],
    update: ({ gradients, parameters, loss }) => {
      const apply = (v: readonly Expr[]): readonly Expr[] =>
        hvp(loss, parameters, v).map((product, i) => add(product, mul(v[i]!, damping)));
      const { solution, residual } = conjugateGradient(apply, gradients, { iterations, tolerance });
      return { direction: solution, state: {}, checks: [{ name: 'cgResidual', value: residual }] };
    },
  };
};
