/** Division of integers, rounded towards zero; piecewise constant and so without a derivative. */

import { makeBroadcast, mapBroadcast } from '../classes/elementwise.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, isFloat } from '../expr.js';
import type { Op } from '../op.js';
import { broadcastShapes } from '../shape.js';

export const integerDivideOp: Op = {
  name: 'intDiv',
  infer: (args) => {
    const dtype = commonDType('intDiv', args);
    if (isFloat(dtype)) throw new GraphError('intDiv', `needs integers, got ${describe(args[0]!)}; use div`);
    return { dtype, shape: broadcastShapes('intDiv', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node('Div', node.args.map(e.name)),
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (a, b) => Math.trunc(a! / b!)),
};

/** a/b for integers, rounded towards zero. */
export function integerDivide(a: Expr, b: Expr): Expr {
  return makeBroadcast(integerDivideOp, [a, b], {});
}
