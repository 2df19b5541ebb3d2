/** Exp: eˣ. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import type { Emitter } from '../op.js';
import { logSoftmaxOp } from './logSoftmax.js';

export const expOp = unary({
  name: 'exp',
  onnx: (node: Expr, e: Emitter) => {
    const [x] = node.args as [Expr];
    // exp(logSoftmax(x)) is softmax(x), which needs no logarithm.
    if (x.op === logSoftmaxOp) return e.node('Softmax', [e.name(x.args[0]!)], { axis: x.attributes.axis });
    return e.node('Exp', [e.name(x)]);
  },
  f: Math.exp,
  first: (_, y) => y,
  second: (_, y) => y,
  third: (_, y) => y,
});

/** eˣ, elementwise. */
export const exp = unaryConstructor(expOp);
