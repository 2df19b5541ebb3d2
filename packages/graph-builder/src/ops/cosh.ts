/** Cosh: hyperbolic cosine. */

import { unary, unaryConstructor } from '../classes/unary.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { exp } from './exp.js';
import { mul, square } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { sinh } from './sinh.js';

export const coshOp = unary({
  name: 'cosh',
  onnx: 'Cosh',
  f: Math.cosh,
  first: (x) => sinh(x),
  second: (_, y) => y,
  third: (x) => sinh(x),
  // Halves, each squared: e^|x| alone overflows where cosh x does not yet.
  lowerFloat64: (x) => {
    const half = exp(mul(abs(x), 0.5));
    return add(mul(mul(half, 0.5), half), mul(reciprocal(square(half)), 0.5));
  },
});

/** cosh x, elementwise, at least 1. */
export const cosh = unaryConstructor(coshOp);
