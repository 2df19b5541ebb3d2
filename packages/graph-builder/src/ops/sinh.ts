/** Sinh: hyperbolic sine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { less } from './compare.js';
import { cosh } from './cosh.js';
import { div } from './div.js';
import { exp } from './exp.js';
import { maximum, minimum } from './extremum.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { sign } from './sign.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { where } from './where.js';

/** 2t/(1 − t²) with t = tanh(x/2) for |x| < 1, where the difference of exponentials would cancel; cosh x − e^−|x| with its sign beyond. */
const fromPrimitives = (x: Expr): Expr => {
  const t = tanh(mul(minimum(maximum(x, -1), 1), 0.5));
  return where(less(abs(x), 1), div(mul(t, 2), sub(1, square(t))), mul(sign(x), sub(cosh(x), exp(neg(abs(x))))));
};

export const sinhOp = unary({
  name: 'sinh',
  onnx: 'Sinh',
  f: Math.sinh,
  first: (x) => cosh(x),
  second: (_, y) => y,
  third: (x) => cosh(x),
  lowerFloat64: fromPrimitives,
});

/** sinh x, elementwise. */
export const sinh = unaryConstructor(sinhOp);
