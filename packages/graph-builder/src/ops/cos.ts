/** Cos: cosine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { neg } from './neg.js';
import { sin } from './sin.js';

export const cosOp = unary({
  name: 'cos',
  onnx: 'Cos',
  f: Math.cos,
  first: (x) => neg(sin(x)),
  second: (_, y) => neg(y),
  third: (x) => sin(x),
});

/** cos x, elementwise, x in radians. */
export const cos = unaryConstructor(cosOp);
