/** Softplus: ln(1 + eˣ). */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { exp } from './exp.js';
import { maximum } from './extremum.js';
import { log1p } from './log1p.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { sigmoid } from './sigmoid.js';
import { sub } from './sub.js';

/** φ'' = s(1 − s) with s = φ' = sigmoid x. */
const curved = (s: Expr): Expr => sub(s, square(s));

export const softplusOp = unary({
  name: 'softplus',
  onnx: 'Softplus',
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  first: (x) => sigmoid(x),
  second: (x) => curved(sigmoid(x)),
  third: (x) => mul(curved(sigmoid(x)), sub(1, mul(sigmoid(x), 2))),
  monotone: () => true,
  lowerFloat64: (x) => add(maximum(x, 0), log1p(exp(neg(abs(x))))),
});

/** ln(1 + eˣ), elementwise, without overflow. */
export const softplus = unaryConstructor(softplusOp);
