/** Erf: the error function, (2/√π) ∫₀ˣ e^(−t²) dt. */

import { unary, unaryConstructor } from '../classes/unary.js';
import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { greater } from './compare.js';
import { exp } from './exp.js';
import { maximum, minimum } from './extremum.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { reciprocal } from './reciprocal.js';
import { sign } from './sign.js';
import { sub } from './sub.js';
import { where } from './where.js';

const SCALE = 2 / Math.sqrt(Math.PI);

/** From here on the continued fraction of 1 − erf serves, below it the series. */
const SPLIT = 2.5;
const SERIES_TERMS = 48;
const FRACTION_TERMS = 24;

/**
 * erf in arithmetic and exp. Below the split Σ (2x²)ⁿ/(2n+1)!!, whose terms are all positive, so nothing cancels (DLMF 7.6.2);
 * above it one minus e^(−x²)/√π over the continued fraction x + ½/(x + 1/(x + 3⁄2/(x + …))) (DLMF 7.9.1).
 */
const erfOfNumber = (x: number): number => {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size >= SPLIT) {
    let fraction = size;
    for (let k = FRACTION_TERMS; k >= 1; k--) fraction = size + k / 2 / fraction;
    return Math.sign(x) * (1 - (Math.exp(-x * x) * SCALE) / 2 / fraction);
  }
  let series = 1;
  for (let n = SERIES_TERMS; n >= 1; n--) series = 1 + (series * 2 * x * x) / (2 * n + 1);
  return SCALE * x * Math.exp(-x * x) * series;
};

const fromPrimitives = (x: Expr): Expr => {
  const size = abs(x);
  const inner = minimum(maximum(x, -SPLIT), SPLIT);
  const twice = mul(square(inner), 2);
  let series = add(mul(twice, 1 / (2 * SERIES_TERMS + 1)), 1);
  for (let n = SERIES_TERMS - 1; n >= 1; n--) series = add(mul(mul(series, twice), 1 / (2 * n + 1)), 1);
  const near = mul(mul(mul(inner, SCALE), exp(neg(square(inner)))), series);
  const outer = maximum(size, SPLIT);
  let fraction = outer;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = add(outer, mul(reciprocal(fraction), k / 2));
  const tail = mul(mul(exp(neg(square(outer))), SCALE / 2), reciprocal(fraction));
  return where(greater(size, SPLIT), mul(sign(x), sub(1, tail)), near);
};

/** φ' = (2/√π) e^(−x²). */
const slope = (x: Expr): Expr => mul(exp(neg(square(x))), SCALE);

export const erfOp = unary({
  name: 'erf',
  onnx: 'Erf',
  f: erfOfNumber,
  first: (x) => slope(x),
  second: (x) => mul(mul(x, slope(x)), -2),
  third: (x) => mul(sub(mul(square(x), 4), 2), slope(x)),
  lowerFloat64: fromPrimitives,
});

/** The error function, elementwise, in [−1, 1]. */
export const erf = unaryConstructor(erfOp);
