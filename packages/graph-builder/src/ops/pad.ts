/** Pad: surrounds an operand with zeros. */

import { linear } from '../classes/linear.js';
import { addDims, type Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { sameShape, stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';
import { constant, uniformValue } from './constant.js';
import { expand, expandOp } from './expand.js';
import { foldConstants } from './fold.js';
import { slice } from './slice.js';

export type PadAttributes = { readonly before: readonly Dim[]; readonly after: readonly Dim[] };

const padded = (x: Expr, { before, after }: PadAttributes): Dim[] =>
  x.shape.map((d, i) => addDims(addDims(before[i]!, d), after[i]!));

export const padOp = linear<PadAttributes>({
  name: 'pad',
  infer: ([x], attributes) => {
    const { before, after } = attributes;
    const wrong = [...before, ...after].some((d) => typeof d === 'number' && d < 0);
    if (before.length !== x!.shape.length || after.length !== x!.shape.length || wrong) {
      throw new GraphError(
        'pad',
        `[${before.join(', ')}] before and [${after.join(', ')}] after do not pad ${describe(x!)}; use slice to crop`,
      );
    }
    return { dtype: x!.dtype, shape: padded(x!, attributes) };
  },
  emit: (node, e) =>
    e.node('Pad', [e.name(node.args[0]!), e.dims([...node.attributes.before, ...node.attributes.after])]),
  evaluate: (node, [x], shape, bind) => {
    const before = node.attributes.before.map(bind);
    const out = new Float64Array(elementCount(shape));
    const strides = stridesOf(shape);
    const own = stridesOf(x!.shape);
    for (let i = 0; i < x!.data.length; i++) {
      let at = 0;
      for (let k = 0; k < shape.length; k++)
        at += ((Math.floor(i / own[k]!) % x!.shape[k]!) + before[k]!) * strides[k]!;
      out[at] = x!.data[i]!;
    }
    return out;
  },
  tangent: (node, _, dx, lead) => {
    const none = new Array<number>(lead).fill(0);
    return pad(dx, [...none, ...node.attributes.before], [...none, ...node.attributes.after]);
  },
  adjoint: (node, _, adjoint, lead) => {
    const stack = adjoint.shape.slice(0, lead);
    return slice(adjoint, [...stack.map(() => 0), ...node.attributes.before], [...stack, ...node.args[0]!.shape]);
  },
});

/** x with `before[i]` and `after[i]` zeros around it on axis i. Throws GraphError on negative counts, or another number of them than x has axes. */
export function pad(x: Expr, before: readonly Dim[], after: readonly Dim[]): Expr {
  const { shape } = padOp.infer([x], { before, after });
  if (sameShape(x.shape, shape)) return x;
  const inner = x.op === expandOp ? x.args[0]! : x;
  if (uniformValue(inner) === 0) return expand(constant(0, x.dtype), shape);
  return foldConstants(makeExpr(padOp, [x], { before, after }));
}
