/** Log: natural logarithm. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { reciprocal } from './reciprocal.js';

export const logOp = unary({
  name: 'log',
  onnx: 'Log',
  f: Math.log,
  singular: () => true,
  first: (x) => reciprocal(x),
  second: (x) => neg(square(reciprocal(x))),
  third: (x) => mul(mul(square(reciprocal(x)), reciprocal(x)), 2),
});

/** ln x, elementwise; NaN for x < 0, −∞ at 0. */
export const log = unaryConstructor(logOp);
