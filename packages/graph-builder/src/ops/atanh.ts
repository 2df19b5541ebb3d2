/** Atanh: inverse hyperbolic tangent. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { log1p } from './log1p.js';
import { mul, square } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { sign } from './sign.js';
import { sub } from './sub.js';

/** φ' = 1/(1 − x²), factored so that it keeps its digits near ±1. */
const slope = (x: Expr): Expr => reciprocal(mul(sub(1, x), add(x, 1)));

export const atanhOp = unary({
  name: 'atanh',
  onnx: 'Atanh',
  f: Math.atanh,
  first: (x) => slope(x),
  second: (x) => mul(mul(x, square(slope(x))), 2),
  third: (x) => mul(mul(add(mul(square(x), 6), 2), square(slope(x))), slope(x)),
  lowerFloat64: (x) => mul(mul(log1p(div(mul(abs(x), 2), sub(1, abs(x)))), 0.5), sign(x)),
});

/** atanh x, elementwise; infinite at ±1 and NaN beyond. */
export const atanh = unaryConstructor(atanhOp);
