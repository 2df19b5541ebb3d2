/** Cosh: hyperbolic cosine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { add } from './add.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sinh } from './sinh.js';

export const coshOp = unary({
  name: 'cosh',
  onnx: 'Cosh',
  f: Math.cosh,
  first: (x) => sinh(x),
  second: (_, y) => y,
  third: (x) => sinh(x),
  lowerFloat64: (x) => mul(add(exp(x), exp(neg(x))), 0.5),
});

/** cosh x, elementwise, at least 1. */
export const cosh = unaryConstructor(coshOp);
