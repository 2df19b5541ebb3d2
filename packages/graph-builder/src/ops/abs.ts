/** Abs: |x|. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { type Expr, isFloat } from '../expr.js';
import { cast } from './cast.js';
import { maximum } from './extremum.js';
import { neg } from './neg.js';
import { sign } from './sign.js';

export const absOp = unary({
  name: 'abs',
  onnx: 'Abs',
  f: Math.abs,
  first: (x) => sign(x),
  second: () => undefined,
  third: () => undefined,
});

const absOfFloat = unaryConstructor(absOp);

/** |x| of integers; those of 8 and 16 bits go through 32, where ONNX Runtime has a maximum. */
const absOfInteger = (x: Expr): Expr => {
  if (x.dtype.startsWith('u') || x.dtype === 'bool') return x;
  const wide = x.dtype === 'int64' ? x : cast(x, 'int32');
  return cast(maximum(wide, neg(wide)), x.dtype);
};

/** |x|, elementwise; the derivative at 0 is 0 (PyTorch's convention). */
export const abs = (x: Expr): Expr => (isFloat(x.dtype) ? absOfFloat(x) : absOfInteger(x));
