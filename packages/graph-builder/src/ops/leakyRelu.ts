/** LeakyRelu: x above zero, αx below. */

import { unary } from '../classes/unary.js';
import { type Expr, makeExpr } from '../expr.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater } from './compare.js';
import { mul } from './mul.js';

type LeakyReluAttributes = { readonly alpha: number };

/** 1 above zero and α at and below it (PyTorch's convention). */
const slope = (x: Expr, alpha: number): Expr => add(mul(cast(greater(x, 0), x.dtype), 1 - alpha), alpha);

export const leakyReluOp = unary<LeakyReluAttributes>({
  name: 'leakyRelu',
  onnx: 'LeakyRelu',
  f: (x, { alpha }) => (x > 0 ? x : alpha * x),
  first: (x, _, { alpha }) => slope(x, alpha),
  second: () => undefined,
  third: () => undefined,
  monotone: ({ alpha }) => alpha >= 0,
  lowerFloat64: (x, { alpha }) => mul(x, slope(x, alpha)),
});

/** x above zero, αx below, elementwise; the derivative at 0 is α. */
export function leakyRelu(x: Expr, alpha = 0.01): Expr {
  return makeExpr(leakyReluOp, [x], { alpha });
}
