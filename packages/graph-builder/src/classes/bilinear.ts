/** The bilinear class: products B(a, b), differentiated by applying the product itself and its two adjoints. */

import type { Attributes, BilinearCurvature, Op } from '../op.js';

export type BilinearSpec<A extends Attributes> = Omit<Op<A>, 'differential'> & Omit<BilinearCurvature<A>, 'kind'>;

/** An operation linear in each of two operands. One rule for the product and one for its adjoints serve every order. */
export function bilinear<A extends Attributes>(spec: BilinearSpec<A>): Op<A> {
  const { apply, adjoint, ...op } = spec;
  return {
    ...op,
    differential: {
      tangent: (node, i, dx, lead) =>
        i === 0 ? apply(node, dx, node.args[1]!, lead, 0) : apply(node, node.args[0]!, dx, 0, lead),
      adjoint: (node, i, lambda, lead) => adjoint(node, i as 0 | 1, lambda, node.args[1 - i]!, lead, 0),
      curvature: { kind: 'bilinear', apply, adjoint },
    },
  };
}
