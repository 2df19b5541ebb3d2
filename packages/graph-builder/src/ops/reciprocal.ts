/** Reciprocal: 1/x. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { type Expr, isFloat } from '../expr.js';
import { constant, uniformValue } from './constant.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';

export const reciprocalOp = unary({
  name: 'reciprocal',
  onnx: 'Reciprocal',
  f: (x) => 1 / x,
  first: (_, y) => neg(square(y)),
  second: (_, y) => mul(mul(square(y), y), 2),
  third: (_, y) => mul(square(square(y)), -6),
});

const make = unaryConstructor(reciprocalOp);

/** 1/x, elementwise; infinite at 0. */
export function reciprocal(x: Expr): Expr {
  const known = uniformValue(x);
  if (known !== undefined && x.shape.length === 0 && isFloat(x.dtype)) return constant(1 / known, x.dtype);
  if (x.op === reciprocalOp) return x.args[0]!;
  return make(x);
}
