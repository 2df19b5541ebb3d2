/** The linear class: operations that map tangents and adjoints through themselves and have no higher differentials. */

import type { Attributes, Differential, Op } from '../op.js';

export type LinearSpec<A extends Attributes> = Omit<Op<A>, 'differential'> & Omit<Differential<A>, 'curvature'>;

/**
 * An operation that is linear in its floating-point operands (or linear given a recorded selection: max, where, pooling).
 * It contributes nothing to H̄ and D3 (docs/method.md).
 */
export function linear<A extends Attributes>(spec: LinearSpec<A>): Op<A> {
  const { tangent, adjoint, ...op } = spec;
  return { ...op, differential: { tangent, adjoint, curvature: { kind: 'linear' } } };
}
