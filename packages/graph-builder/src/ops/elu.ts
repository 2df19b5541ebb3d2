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

/** e^min(x, 0), which for α = 1 is φ'. Not written as Min, which would halve its own derivative at 0. */
const slope = (x: Expr): Expr => exp(sub(x, relu(x)));

/** φ'' = φ''' = αeˣ for x ≤ 0 and 0 above. */
const curved = (x: Expr, alpha: number): Expr => mul(sub(slope(x), cast(greater(x, 0), x.dtype)), alpha);

/** ONNX Runtime's Elu costs four times an Exp: where the graph has e^min(x, 0), as for the derivatives, elu is read off it. */
const emit = (node: Expr<EluAttributes>, e: Emitter): string => {
  const x = node.args[0]!;
  const { alpha } = node.attributes;
  if (alpha !== 1 || !e.contains(slope(x))) return e.node('Elu', [e.name(x)], { alpha });
  return e.node('Max', [e.name(x), e.node('Sub', [e.write(slope(x)), e.scalar(x.dtype, 1)])]);
};

export const eluOp = unary<EluAttributes>({
  name: 'elu',
  onnx: emit,
  f: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  first: (x, _, { alpha }) => (alpha === 1 ? slope(x) : add(cast(greater(x, 0), x.dtype), curved(x, alpha))),
  second: (x, _, { alpha }) => curved(x, alpha),
  third: (x, _, { alpha }) => curved(x, alpha),
  monotone: ({ alpha }) => alpha >= 0,
  lowerFloat64: (x, { alpha }) => add(maximum(x, 0), mul(sub(exp(minimum(x, 0)), constant(1, x.dtype)), alpha)),
});

/** Exponential linear unit with slope 1 above zero and α(eˣ − 1) below; the derivative at 0 is α (PyTorch's convention). */
export function elu(x: Expr, alpha = 1): Expr {
  return makeExpr(eluOp, [x], { alpha });
}
