/** Asinh: inverse hyperbolic sine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { greater } from './compare.js';
import { div } from './div.js';
import { minimum } from './extremum.js';
import { log } from './log.js';
import { log1p } from './log1p.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { reciprocal } from './reciprocal.js';
import { sign } from './sign.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** φ' = (1 + x²)^(−1/2). */
const slope = (x: Expr): Expr => reciprocal(sqrt(add(square(x), 1)));
const cube = (r: Expr): Expr => mul(square(r), r);

/** Beyond it x² + 1 rounds to x², and squaring may overflow: asinh x = ln 2x. */
const LARGE = 2 ** 28;

const fromPrimitives = (x: Expr): Expr => {
  const size = abs(x);
  const s = minimum(size, LARGE);
  const near = log1p(add(s, div(square(s), add(sqrt(add(square(s), 1)), 1))));
  return mul(sign(x), where(greater(size, LARGE), add(log(size), Math.LN2), near));
};

export const asinhOp = unary({
  name: 'asinh',
  onnx: 'Asinh',
  f: Math.asinh,
  first: (x) => slope(x),
  second: (x) => neg(mul(x, cube(slope(x)))),
  third: (x) => mul(cube(slope(x)), sub(mul(square(mul(x, slope(x))), 3), 1)),
  lowerFloat64: fromPrimitives,
});

/** asinh x, elementwise. */
export const asinh = unaryConstructor(asinhOp);
