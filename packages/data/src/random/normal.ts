/** Standard normal numbers, by inversion. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { requireCount } from './count.js';
import { type Generator, generatorAt, type RandomKey } from './key.js';
import { logarithm } from './logarithm.js';

/** Numerator and denominator of a rational approximation, from the constant term up. */
interface Rational {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** |p − ½| ≤ 0.425; the variable is 0.425² − (p − ½)². */
const CENTRE: Rational = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  denominator: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};

/** Further out, while √(−ln p) ≤ 5; the variable is that root less 1.6. */
const SHOULDER: Rational = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  denominator: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};

/** Beyond; the variable is √(−ln p) less 5. */
const TAIL: Rational = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  denominator: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

const horner = (coefficients: readonly number[], x: number): number => {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
};

const evaluate = ({ numerator, denominator }: Rational, x: number): number =>
  horner(numerator, x) / horner(denominator, x);

/**
 * z with P(0 < Z < z) = q for a standard normal Z and 0 < q < ½, to about 16 digits: Wichura's algorithm AS 241
 * (PPND16), Applied Statistics 37 (1988) 477–484.
 */
export const normalQuantileAboveMedian = (q: number): number => {
  if (q <= 0.425) return q * evaluate(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-logarithm(0.5 - q));
  return r <= 5 ? evaluate(SHOULDER, r - 1.6) : evaluate(TAIL, r - 5);
};

/** One standard normal number; advances the generator. */
export const normalFrom = (generator: Generator): number => {
  const u = uniformFloat64(generator);
  // The top bit is the sign; half a grid step keeps the other 52 off 0 and ½, and the sum is exact.
  return u < 0.5 ? -normalQuantileAboveMedian(u + 2 ** -54) : normalQuantileAboveMedian(u - 0.5 + 2 ** -54);
};

/**
 * `length` independent standard normal numbers (mean 0, variance 1), each below 8.3 in magnitude. The same bits on
 * every machine with IEEE 754 doubles: only +, −, ×, ÷ and the square root are used, never an engine's own logarithm or
 * cosine. Throws RangeError for a length that is not a whole number from 0, and as `generatorAt`.
 */
export const normal = (key: RandomKey, length: number): Float64Array<ArrayBuffer> => {
  const generator = generatorAt(key);
  const values = new Float64Array(requireCount(length));
  for (let i = 0; i < length; i++) values[i] = normalFrom(generator);
  return values;
};
