/** Acos: inverse cosine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { add } from './add.js';
import { atan } from './atan.js';
import { div } from './div.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { reciprocal } from './reciprocal.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';

/** −φ' = (1 − x²)^(−1/2), factored so that it keeps its digits near ±1. */
const fall = (x: Expr): Expr => reciprocal(sqrt(mul(sub(1, x), add(x, 1))));
const cube = (r: Expr): Expr => mul(square(r), r);

export const acosOp = unary({
  name: 'acos',
  onnx: 'Acos',
  f: Math.acos,
  first: (x) => neg(fall(x)),
  second: (x) => neg(mul(x, cube(fall(x)))),
  third: (x) => neg(mul(cube(fall(x)), add(mul(square(mul(x, fall(x))), 3), 1))),
  // The half-angle form keeps its relative accuracy where acos vanishes, at 1.
  lowerFloat64: (x) => mul(atan(sqrt(div(sub(1, x), add(x, 1)))), 2),
});

/** acos x, elementwise, in [0, π]; NaN outside −1 ≤ x ≤ 1, and infinite derivatives at ±1. */
export const acos = unaryConstructor(acosOp);
