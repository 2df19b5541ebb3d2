/** Reciprocal: 1/x. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { GraphError } from '../error.js';
import { describe, type Expr, isFloat } from '../expr.js';
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

/**
 * a/b as a·(1/b); the encoder writes one Div. A number takes the other operand's dtype. Throws GraphError on integers, which have no
 * reciprocal.
 */
export function div(a: Expr, b: Expr | number): Expr {
  if (!isFloat(a.dtype)) {
    throw new GraphError('div', `needs floating-point operands, got ${describe(a)}; cast it, or use integerDivide`);
  }
  return typeof b === 'number' ? mul(a, 1 / b) : mul(a, reciprocal(b));
}
