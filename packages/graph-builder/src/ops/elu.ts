/** Elu: x for x > 0, α(eˣ − 1) below. */

import { unary } from '../classes/unary.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Emitter } from '../op.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater } from './compare.js';
import { constant } from './constant.js';
import { exp } from './exp.js';
import { maximum, minimum } from './extremum.js';
import { mul } from './mul.js';
import { relu } from './relu.js';
import { sub } from './sub.js';

type EluAttributes = { readonly alpha: number };

/** min(y, 0) + α: αeˣ below zero, α above. Not written as Min, which would halve its own derivative at 0. */
const below = (y: Expr, alpha: number): Expr => add(sub(y, relu(y)), alpha);

/** φ'' = φ''' = αeˣ for x ≤ 0 and 0 above. */
const curved = (y: Expr, alpha: number): Expr => mul(sub(1, cast(greater(y, 0), y.dtype)), below(y, alpha));

export const eluOp = unary<EluAttributes>({
  name: 'elu',
  onnx: (node: Expr<EluAttributes>, e: Emitter) =>
    e.node('Elu', [e.name(node.args[0]!)], { alpha: node.attributes.alpha }),
  f: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  // For α = 1 both branches meet in min(y, 0) + 1, without a comparison: Where and Elu are slow kernels, Relu, Sub and Add are not.
  first: (_, y, { alpha }) => (alpha === 1 ? below(y, 1) : add(cast(greater(y, 0), y.dtype), curved(y, alpha))),
  second: (_, y, { alpha }) => curved(y, alpha),
  third: (_, y, { alpha }) => curved(y, alpha),
  lowerFloat64: (x, { alpha }) => add(maximum(x, 0), mul(sub(exp(minimum(x, 0)), constant(1, x.dtype)), alpha)),
});

/** Exponential linear unit with slope 1 above zero and α(eˣ − 1) below; the derivative at 0 is α (PyTorch's convention). */
export function elu(x: Expr, alpha = 1): Expr {
  return makeExpr(eluOp, [x], { alpha });
}
