/** Powers of integers; they have no derivative. */

import { makeBroadcast, mapBroadcast } from '../classes/elementwise.js';
import { GraphError } from '../error.js';
import { describe, type Expr, isFloat } from '../expr.js';
import type { Op } from '../op.js';
import { broadcastShapes } from '../shape.js';

export const integerPowerOp: Op = {
  name: 'intPow',
  infer: (args) => {
    if (isFloat(args[0]!.dtype))
      throw new GraphError('intPow', `needs an integer base, got ${describe(args[0]!)}; use pow`);
    return { dtype: args[0]!.dtype, shape: broadcastShapes('intPow', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node('Pow', node.args.map(e.name)),
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (a, b) => Math.trunc(a! ** b!)),
};

/** aᵇ for integers a and any b, broadcasting, rounded towards zero to a's type. */
export function integerPower(a: Expr, b: Expr): Expr {
  return makeBroadcast(integerPowerOp, [a, b], {});
}
