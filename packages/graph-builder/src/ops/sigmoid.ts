/** Sigmoid: 1/(1 + e⁻ˣ). */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { add } from './add.js';
import { mul, square } from './mul.js';
import { sub } from './sub.js';

/** φ' = y(1 − y). */
const slope = (y: Expr): Expr => mul(y, sub(1, y));

export const sigmoidOp = unary({
  name: 'sigmoid',
  onnx: 'Sigmoid',
  f: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  first: (_, y) => slope(y),
  second: (_, y) => mul(slope(y), sub(1, mul(y, 2))),
  third: (_, y) => mul(slope(y), add(mul(sub(square(y), y), 6), 1)),
  monotone: () => true,
});

/** 1/(1 + e⁻ˣ), elementwise, in (0, 1). */
export const sigmoid = unaryConstructor(sigmoidOp);
