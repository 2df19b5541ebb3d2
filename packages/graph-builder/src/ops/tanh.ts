/** Tanh: hyperbolic tangent. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { mul, square } from './mul.js';
import { sub } from './sub.js';

/** φ' = 1 − y², from the result alone. */
const slope = (y: Expr): Expr => sub(1, square(y));

export const tanhOp = unary({
  name: 'tanh',
  onnx: 'Tanh',
  f: Math.tanh,
  first: (_, y) => slope(y),
  second: (_, y) => mul(mul(y, slope(y)), -2),
  third: (_, y) => mul(slope(y), sub(mul(square(y), 6), 2)),
  monotone: () => true,
});

/** tanh x, elementwise, in (−1, 1). */
export const tanh = unaryConstructor(tanhOp);
