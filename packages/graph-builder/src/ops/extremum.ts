/** Max and Min of two operands, elementwise: linear given which operand was taken. */

import { alignLead, lift, makeBroadcast, mapBroadcast, unbroadcast } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { commonDType, type Expr } from '../expr.js';
import type { Op } from '../op.js';
import { broadcastShapes } from '../shape.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { equal, greater, less } from './compare.js';
import { not } from './logic.js';
import { mul } from './mul.js';

const extremum = (name: string, onnx: string, f: (a: number, b: number) => number, wins: typeof greater): Op => {
  /** 1 where operand i was taken, ½ where both are equal (PyTorch's convention), 0 elsewhere. */
  const share = (node: Expr, i: number): Expr => {
    const [own, other] = i === 0 ? [node.args[0]!, node.args[1]!] : [node.args[1]!, node.args[0]!];
    return add(cast(wins(own, other), node.dtype), mul(cast(equal(own, other), node.dtype), 0.5));
  };
  return linear({
    name,
    elementwise: true,
    passes: ({ args }, i) => not(wins(args[1 - i]!, args[i]!)),
    infer: (args) => ({ dtype: commonDType(name, args), shape: broadcastShapes(name, ...args.map((a) => a.shape)) }),
    emit: (node, e) => e.node(onnx, node.args.map(e.name)),
    evaluate: (_, args, shape) =>
      mapBroadcast(args, shape, (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : f(a!, b!))),
    tangent: (node, i, dx, lead) => mul(alignLead(dx, lead, node.shape.length), share(node, i)),
    adjoint: (node, i, adjoint, lead) => unbroadcast(mul(adjoint, share(node, i)), node.args[i]!.shape, lead),
  });
};

export const maxOp = extremum('max', 'Max', Math.max, greater);
export const minOp = extremum('min', 'Min', Math.min, less);

/** max(a, b), broadcasting; where equal each operand gets half of the derivative. */
export function maximum(a: Expr, b: Expr | number): Expr {
  return makeBroadcast(maxOp, [a, lift('max', b, a)], {});
}

/** min(a, b), broadcasting; where equal each operand gets half of the derivative. */
export function minimum(a: Expr, b: Expr | number): Expr {
  return makeBroadcast(minOp, [a, lift('min', b, a)], {});
}
