/** Sin: sine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { cos } from './cos.js';
import { neg } from './neg.js';

export const sinOp = unary({
  name: 'sin',
  onnx: 'Sin',
  f: Math.sin,
  first: (x) => cos(x),
  second: (_, y) => neg(y),
  third: (x) => neg(cos(x)),
});

/** sin x, elementwise, x in radians. */
export const sin = unaryConstructor(sinOp);
