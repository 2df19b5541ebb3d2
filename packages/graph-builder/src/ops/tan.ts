/** Tan: tangent. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { add } from './add.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { mul, square } from './mul.js';
import { sin } from './sin.js';

/** φ' = 1 + y², from the result alone. */
const slope = (y: Expr): Expr => add(square(y), 1);

export const tanOp = unary({
  name: 'tan',
  onnx: 'Tan',
  f: Math.tan,
  first: (_, y) => slope(y),
  second: (_, y) => mul(mul(y, slope(y)), 2),
  third: (_, y) => mul(slope(y), add(mul(square(y), 6), 2)),
  lowerFloat64: (x) => div(sin(x), cos(x)),
});

/** tan x, elementwise, x in radians. */
export const tan = unaryConstructor(tanOp);
