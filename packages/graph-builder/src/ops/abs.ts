/** Abs: |x|. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { sign } from './sign.js';

export const absOp = unary({
  name: 'abs',
  onnx: 'Abs',
  f: Math.abs,
  first: (x) => sign(x),
  second: () => undefined,
  third: () => undefined,
});

/** |x|, elementwise; the derivative at 0 is 0 (PyTorch's convention). */
export const abs = unaryConstructor(absOp);
