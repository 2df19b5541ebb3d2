/** Exp: eˣ. */

import { unary, unaryConstructor } from '../classes/unary.js';

export const expOp = unary({
  name: 'exp',
  onnx: 'Exp',
  f: Math.exp,
  first: (_, y) => y,
  second: (_, y) => y,
  third: (_, y) => y,
});

/** eˣ, elementwise. */
export const exp = unaryConstructor(expOp);
