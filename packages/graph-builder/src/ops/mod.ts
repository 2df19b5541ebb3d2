/** Mod: what division leaves over; linear given the quotient, which is an integer. */

import { alignLead, lift, makeBroadcast, mapBroadcast, unbroadcast } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, isFloat } from '../expr.js';
import { broadcastShapes } from '../shape.js';
import { div } from './div.js';
import { expand } from './expand.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { round } from './round.js';
import { sub } from './sub.js';

type ModAttributes = { readonly truncated: boolean };

/** q in a = q·b + mod(a, b), constant between jumps. */
const quotient = (node: Expr<ModAttributes>): Expr => round(div(sub(node.args[0]!, node), node.args[1]!));

export const modOp = linear<ModAttributes>({
  name: 'mod',
  infer: (args, { truncated }) => {
    const dtype = commonDType('mod', args);
    if (isFloat(dtype) && !truncated)
      throw new GraphError('mod', `${describe(args[0]!)} needs the remainder of truncated division (fmod)`);
    return { dtype, shape: broadcastShapes('mod', ...args.map((a) => a.shape)) };
  },
  emit: (node, e) => e.node('Mod', node.args.map(e.name), { fmod: node.attributes.truncated }),
  evaluate: (node, args, shape) =>
    mapBroadcast(args, shape, (a, b) => (node.attributes.truncated ? a! % b! : ((a! % b!) + b!) % b!)),
  tangent: (node, i, dx, lead) => {
    const full = expand(alignLead(dx, lead, node.shape.length), [...dx.shape.slice(0, lead), ...node.shape]);
    return i === 0 ? full : neg(mul(full, quotient(node)));
  },
  adjoint: (node, i, adjoint, lead) =>
    unbroadcast(i === 0 ? adjoint : neg(mul(adjoint, quotient(node))), node.args[i]!.shape, lead),
});

/**
 * The remainder of a/b, broadcasting: with the sign of a (`truncated`, the default: C's fmod), or, for integers only, with the
 * sign of b. Throws GraphError on floating-point operands without `truncated`.
 */
export function mod(a: Expr, b: Expr | number, truncated = true): Expr {
  return makeBroadcast(modOp, [a, lift('mod', b, a)], { truncated });
}
