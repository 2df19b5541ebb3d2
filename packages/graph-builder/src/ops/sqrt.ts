/** Sqrt: the square root. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { mul, square } from './mul.js';
import { reciprocal } from './reciprocal.js';

/** x^(−3/2), from y = x^(1/2). */
const inverseCube = (y: Expr): Expr => mul(square(reciprocal(y)), reciprocal(y));

export const sqrtOp = unary({
  name: 'sqrt',
  onnx: 'Sqrt',
  f: Math.sqrt,
  singular: () => true,
  first: (_, y) => mul(reciprocal(y), 0.5),
  second: (_, y) => mul(inverseCube(y), -0.25),
  third: (_, y) => mul(mul(inverseCube(y), square(reciprocal(y))), 0.375),
});

/** √x, elementwise; NaN for x < 0. Its derivative at 0 is infinite. */
export const sqrt = unaryConstructor(sqrtOp);
