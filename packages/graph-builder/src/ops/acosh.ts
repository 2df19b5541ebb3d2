/** Acosh: inverse hyperbolic cosine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { add } from './add.js';
import { greater } from './compare.js';
import { minimum } from './extremum.js';
import { log } from './log.js';
import { log1p } from './log1p.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { reciprocal } from './reciprocal.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** φ' = (x² − 1)^(−1/2), factored so that it keeps its digits near 1. */
const slope = (x: Expr): Expr => reciprocal(sqrt(mul(sub(x, 1), add(x, 1))));
const cube = (r: Expr): Expr => mul(square(r), r);

/** Beyond it x² − 1 rounds to x², and squaring may overflow: acosh x = ln 2x. */
const LARGE = 2 ** 28;

const fromPrimitives = (x: Expr): Expr => {
  const t = sub(minimum(x, LARGE), 1);
  const near = log1p(add(t, sqrt(mul(t, add(t, 2)))));
  return where(greater(x, LARGE), add(log(x), Math.LN2), near);
};

export const acoshOp = unary({
  name: 'acosh',
  onnx: 'Acosh',
  f: Math.acosh,
  first: (x) => slope(x),
  second: (x) => neg(mul(x, cube(slope(x)))),
  third: (x) => mul(cube(slope(x)), sub(mul(square(mul(x, slope(x))), 3), 1)),
  lowerFloat64: fromPrimitives,
});

/** acosh x, elementwise, at least 0; NaN for x < 1, and an infinite derivative at 1. */
export const acosh = unaryConstructor(acoshOp);
