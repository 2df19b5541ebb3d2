/** HardSigmoid: αx + β, held between 0 and 1. */

import { unary } from '../classes/unary.js';
import { type Expr, makeExpr } from '../expr.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater, less } from './compare.js';
import { maximum, minimum } from './extremum.js';
import { and } from './logic.js';
import { mul } from './mul.js';

type HardSigmoidAttributes = { readonly alpha: number; readonly beta: number };

export const hardSigmoidOp = unary<HardSigmoidAttributes>({
  name: 'hardSigmoid',
  onnx: 'HardSigmoid',
  f: (x, { alpha, beta }) => Math.max(0, Math.min(1, alpha * x + beta)),
  // Zero at both edges (PyTorch's convention), read off the result.
  first: (_, y, { alpha }) => mul(mul(cast(greater(y, 0), y.dtype), cast(less(y, 1), y.dtype)), alpha),
  second: () => undefined,
  third: () => undefined,
  monotone: ({ alpha }) => alpha >= 0,
  passes: (node) => and(greater(node, 0), less(node, 1)),
  lowerFloat64: (x, { alpha, beta }) => minimum(maximum(add(mul(x, alpha), beta), 0), 1),
});

/** min(max(αx + β, 0), 1), elementwise; the derivative at the edges is 0. Defaults are ONNX's (PyTorch has α = 1/6). */
export function hardSigmoid(x: Expr, alpha = 0.2, beta = 0.5): Expr {
  return makeExpr(hardSigmoidOp, [x], { alpha, beta });
}
