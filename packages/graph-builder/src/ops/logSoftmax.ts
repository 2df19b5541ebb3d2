/** LogSoftmax: x − log Σ eˣ along an axis. */

import { type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { normalizeAxis } from '../shape.js';
import { rowDots, weightedSums } from '../summary/inner.js';
import { sumOfPresent } from './add.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { centre, inferLines, type SoftmaxAttributes, shiftedLines, softmax, sumKept } from './softmax.js';
import { sub } from './sub.js';

type Node = Expr<SoftmaxAttributes>;

/** The softmax of the same operand. */
const p = (node: Node): Expr => softmax(node.args[0]!, node.attributes.axis);

const centred = (node: Node, dx: Expr, lead: number): Expr => centre(p(node), dx, node.attributes.axis, lead);

/** −p·Σλ, the weight of the second differential −Σ_j λ_j Σ_k p_k c_k². */
const weight = (node: Node, adjoint: Expr): Expr => neg(mul(p(node), sumKept(adjoint, node.attributes.axis)));

export const logSoftmaxOp: Op<SoftmaxAttributes> = {
  name: 'logSoftmax',
  infer: inferLines('logSoftmax'),
  emit: (node, e) => e.node('LogSoftmax', [e.name(node.args[0]!)], { axis: node.attributes.axis }),
  evaluate: (node, [x], shape) => {
    const { shifted, total } = shiftedLines(x!.data, shape, node.attributes.axis);
    return shifted.map((v, i) => v - Math.log(total(i)));
  },
  differential: {
    tangent: (node, _, dx, lead) => centred(node, dx, lead),
    adjoint: (node, _, adjoint, lead) => sub(adjoint, mul(p(node), sumKept(adjoint, node.attributes.axis + lead))),
    curvature: {
      kind: 'diagonal',
      transform: centred,
      second: weight,
      curved: () => true,
      // The same for every class: d²y = −Σ_k p_k c_k², d³y = −Σ_k p_k c_k³.
      third: (node, c, { lambda, stack }) => {
        const axis = node.attributes.axis + 1;
        const squares = mul(c, mul(c, p(node)));
        const sum = sumOfPresent([
          lambda && weightedSums(sumKept(mul(squares, c), axis), sumKept(lambda, axis - 1)),
          stack && mul(rowDots(sumKept(squares, axis), sumKept(stack, axis)), 3),
        ]);
        return sum && neg(sum);
      },
    },
  },
};

/** log of the softmax of x along `axis` (default the last), computed without overflow. Throws GraphError for integers. */
export function logSoftmax(x: Expr, axis = -1): Expr {
  return makeExpr(logSoftmaxOp, [x], { axis: normalizeAxis('logSoftmax', axis, x.shape.length) });
}
