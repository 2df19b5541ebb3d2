/** Atan: inverse tangent. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { greater } from './compare.js';
import { div } from './div.js';
import { maximum, minimum } from './extremum.js';
import { mul, square } from './mul.js';
import { reciprocal } from './reciprocal.js';
import { sign } from './sign.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** φ' = 1/(1 + x²). */
const slope = (x: Expr): Expr => reciprocal(add(square(x), 1));

const HALVINGS = 3;
const TERMS = 9;

/**
 * atan x from square roots and a polynomial: |x| > 1 is reflected (atan x = π/2 − atan 1/x), the angle is halved three times
 * (atan z = 2·atan(z/(1 + √(1 + z²)))) so that z < 0.1, and nine terms of the Taylor series leave an error below 1e-18.
 */
const fromPrimitives = (x: Expr): Expr => {
  const size = abs(x);
  const large = greater(size, 1);
  let z = where(large, reciprocal(maximum(size, 1)), minimum(size, 1));
  for (let i = 0; i < HALVINGS; i++) z = div(z, add(sqrt(add(square(z), 1)), 1));
  const z2 = square(z);
  let series = mul(z2, 0);
  for (let k = TERMS - 1; k >= 0; k--) series = add(mul(series, z2), (k % 2 === 0 ? 1 : -1) / (2 * k + 1));
  const angle = mul(mul(z, series), 2 ** HALVINGS);
  return mul(sign(x), where(large, sub(Math.PI / 2, angle), angle));
};

export const atanOp = unary({
  name: 'atan',
  onnx: 'Atan',
  f: Math.atan,
  first: (x) => slope(x),
  second: (x) => mul(mul(x, square(slope(x))), -2),
  third: (x) => mul(mul(sub(mul(square(x), 6), 2), square(slope(x))), slope(x)),
  lowerFloat64: fromPrimitives,
});

/** atan x, elementwise, in (−π/2, π/2). */
export const atan = unaryConstructor(atanOp);
