/** Pow: a power with a fixed exponent as an elementwise function, and with any exponent as exp(b·ln a). */

import { unary } from '../classes/unary.js';
import { type Expr, makeExpr } from '../expr.js';
import { cast } from './cast.js';
import { constant, uniformValue } from './constant.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { log } from './log.js';
import { mul, square } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { sqrt } from './sqrt.js';

type PowAttributes = { readonly exponent: number };

export const powOp = unary<PowAttributes>({
  name: 'pow',
  onnx: (node: Expr<PowAttributes>, e) =>
    e.node('Pow', [e.name(node.args[0]!), e.scalar(node.dtype, node.attributes.exponent)]),
  f: (x, { exponent }) => x ** exponent,
  first: (x, _, { exponent: p }) => mul(power(x, p - 1), p),
  second: (x, _, { exponent: p }) => mul(power(x, p - 2), p * (p - 1)),
  third: (x, _, { exponent: p }) => mul(power(x, p - 3), p * (p - 1) * (p - 2)),
});

/** Small powers are products: their derivatives end by themselves, and at 0 they are exact. */
const power = (x: Expr, exponent: number): Expr => {
  if (exponent === 0) return expand(constant(1, x.dtype), x.shape);
  if (exponent === 1) return x;
  if (exponent === 2) return square(x);
  if (exponent === 3) return mul(square(x), x);
  if (exponent === 0.5) return sqrt(x);
  if (exponent === -1) return reciprocal(x);
  return makeExpr(powOp, [x], { exponent });
};

/**
 * aᵇ, broadcasting. A number (or a constant scalar) as exponent works for every a that aᵇ is real for; any other exponent is
 * computed as exp(b·ln a) and differentiated in both operands, which needs a > 0 and gives NaN below.
 */
export function pow(a: Expr, b: Expr | number): Expr {
  if (typeof b === 'number') return power(a, b);
  const known = b.shape.length <= a.shape.length && b.shape.every((d) => d === 1) ? uniformValue(b) : undefined;
  if (known !== undefined) return power(a, known);
  return exp(mul(cast(b, a.dtype), log(a)));
}
