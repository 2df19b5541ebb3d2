/** Where: picks from one of two operands by a boolean one. */

import { alignLead, makeBroadcast, mapBroadcast, unbroadcast } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr } from '../expr.js';
import { broadcastShapes } from '../shape.js';
import type { DType } from '../tensor.js';
import { cast } from './cast.js';
import { constant } from './constant.js';
import { expand } from './expand.js';

/** λ where operand i was taken and 0 elsewhere. Selecting, not multiplying: what was not taken may be NaN. */
const taken = (condition: Expr, i: number, value: Expr): Expr => {
  const zero = constant(0, value.dtype);
  return i === 1 ? where(condition, value, zero) : where(condition, zero, value);
};

export const whereOp = linear({
  name: 'where',
  elementwise: true,
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== 'bool')
      throw new GraphError('where', `needs a bool condition, got ${describe(condition!)}`);
    return {
      dtype: commonDType('where', [a!, b!]),
      shape: broadcastShapes('where', condition!.shape, a!.shape, b!.shape),
    };
  },
  emit: (node, e) => e.node('Where', node.args.map(e.name)),
  evaluate: (_, args, shape) => mapBroadcast(args, shape, (condition, a, b) => (condition ? a! : b!)),
  tangent: (node, i, dx, lead) => {
    if (i === 0) return undefined;
    const own = taken(node.args[0]!, i, alignLead(dx, lead, node.shape.length));
    return expand(own, [...dx.shape.slice(0, lead), ...node.shape]);
  },
  adjoint: (node, i, adjoint, lead) =>
    i === 0 ? undefined : unbroadcast(taken(node.args[0]!, i, adjoint), node.args[i]!.shape, lead),
});

/** Types that ONNX Runtime's CPU provider has no Where for, each with one that holds all its values, modulo 2⁶⁴, and has. */
const WIDER: Readonly<Partial<Record<DType, DType>>> = {
  bool: 'int32',
  int8: 'int32',
  int16: 'int32',
  uint16: 'int32',
  uint32: 'int64',
  uint64: 'int64',
};

/** a where the condition holds, b elsewhere; all three broadcast. The derivative goes to the operand that was taken. */
export function where(condition: Expr, a: Expr, b: Expr): Expr {
  const wider = a.dtype === b.dtype ? WIDER[a.dtype] : undefined;
  if (wider) return cast(where(condition, cast(a, wider), cast(b, wider)), a.dtype);
  return makeBroadcast(whereOp, [condition, a, b], {});
}
