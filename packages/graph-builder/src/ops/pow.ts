/** Pow: a power with a fixed exponent as an elementwise function, and with any exponent as exp(b·ln|a|). */

import { unary } from '../classes/unary.js';
import { type Expr, isFloat, makeExpr } from '../expr.js';
import { broadcastShapes } from '../shape.js';
import { cast } from './cast.js';
import { equal, less } from './compare.js';
import { constant, constantValue, uniformValue } from './constant.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { floor } from './floor.js';
import { integerPower } from './integerPower.js';
import { log } from './log.js';
import { and, or } from './logic.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { reciprocal } from './reciprocal.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { where } from './where.js';

type PowAttributes = { readonly exponent: number };

export const powOp = unary<PowAttributes>({
  name: 'pow',
  onnx: (node: Expr<PowAttributes>, e) =>
    e.node('Pow', [e.name(node.args[0]!), e.scalar(node.dtype, node.attributes.exponent)]),
  f: (x, { exponent }) => x ** exponent,
  singular: ({ exponent }) => exponent < 1,
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

/** A constant with more different exponents than this is treated like one computed from data. */
const MOST_EXPONENTS = 16;

/** One power for each different exponent of a constant, each where it stands. */
const powerPerExponent = (a: Expr, b: Expr): Expr | undefined => {
  const exponents = [...new Set(constantValue(b)?.data)];
  if (exponents.length === 0 || exponents.length > MOST_EXPONENTS) return undefined;
  const shape = broadcastShapes('pow', a.shape, b.shape);
  const [first, ...rest] = exponents.map((exponent) => power(a, exponent));
  return rest.reduce((value, own, i) => where(equal(b, exponents[i + 1]!), own, value), expand(first!, shape));
};

/** exp(b·ln|a|) with the sign that a whole b gives a negative a; NaN where a < 0 and b is not whole. */
const powerOfData = (a: Expr, b: Expr): Expr => {
  const rest = sub(b, mul(floor(mul(b, 0.5)), 2));
  const [even, odd] = [equal(rest, 0), equal(rest, 1)];
  const negative = less(a, 0);
  const unsigned = where(and(negative, or(even, odd)), neg(a), a);
  // 0⁰ = 1, where 0·ln 0 would be NaN.
  const base = where(and(equal(a, 0), equal(b, 0)), constant(1, a.dtype), unsigned);
  const magnitude = exp(mul(b, log(base)));
  return where(and(negative, odd), neg(magnitude), magnitude);
};

/**
 * aᵇ, broadcasting. A number (or a constant of few different ones) as exponent is exact at every a, its derivatives too. Any
 * other exponent is differentiated in both operands, through ln|a|: derivatives are NaN where a is 0. Powers of integers are
 * integers and have no derivative.
 */
export function pow(a: Expr, b: Expr | number): Expr {
  if (!isFloat(a.dtype)) return integerPower(a, typeof b === 'number' ? constant(b, 'float64') : b);
  if (typeof b === 'number') return power(a, b);
  const known = b.shape.length <= a.shape.length && b.shape.every((d) => d === 1) ? uniformValue(b) : undefined;
  if (known !== undefined) return power(a, known);
  return powerPerExponent(a, b) ?? powerOfData(a, cast(b, a.dtype));
}
