/** Asin: inverse sine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { add } from './add.js';
import { atan } from './atan.js';
import { div } from './div.js';
import { mul, square } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';

/** √(1 − x²), factored so that it keeps its digits near ±1. */
const cosine = (x: Expr): Expr => sqrt(mul(sub(1, x), add(x, 1)));

/** φ' = (1 − x²)^(−1/2). */
const slope = (x: Expr): Expr => reciprocal(cosine(x));
const cube = (r: Expr): Expr => mul(square(r), r);

export const asinOp = unary({
  name: 'asin',
  onnx: 'Asin',
  f: Math.asin,
  first: (x) => slope(x),
  second: (x) => mul(x, cube(slope(x))),
  third: (x) => mul(cube(slope(x)), add(mul(square(mul(x, slope(x))), 3), 1)),
  lowerFloat64: (x) => atan(div(x, cosine(x))),
});

/** asin x, elementwise, in [−π/2, π/2]; NaN outside −1 ≤ x ≤ 1, and infinite derivatives at ±1. */
export const asin = unaryConstructor(asinOp);
