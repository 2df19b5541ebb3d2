/** RoundedQuotient: the integer nearest to a quotient, as quantisation takes it. */

import { makeBroadcast, mapBroadcast } from '../classes/elementwise.js';
import { GraphError } from '../error.js';
import { commonDType, type Expr, isFloat } from '../expr.js';
import type { Op } from '../op.js';
import { broadcastShapes } from '../shape.js';
import { halfToEven } from './round.js';

export const roundedQuotientOp: Op = {
  name: 'roundedQuotient',
  elementwise: true,
  infer: (args) => {
    const dtype = commonDType('roundedQuotient', args);
    if (!isFloat(dtype)) throw new GraphError('roundedQuotient', `needs floating-point operands, got ${dtype}`);
    return { dtype, shape: broadcastShapes('roundedQuotient', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node('Round', [e.node('Div', node.args.map(e.name))]),
  // A quotient that is a half only once it is rounded to the element type goes to the even neighbour, as in the runtime.
  evaluate: ({ dtype }, args, shape) =>
    mapBroadcast(args, shape, (a, b) => halfToEven(dtype === 'float32' ? Math.fround(a! / b!) : a! / b!)),
};

/**
 * The integer nearest to a/b, elementwise, broadcasting; halves go to the even neighbour. One division: the product a·(1/b), which is what
 * `div` makes of constants, is rounded twice and may fall on the other side of a half. Its derivative is zero.
 */
export function roundedQuotient(a: Expr, b: Expr): Expr {
  return makeBroadcast(roundedQuotientOp, [a, b], {});
}
