/** Random orthogonal weights. */

import { normal as standardNormal } from '@hograd/data/pure';
import { elementCount, GraphError } from '@hograd/graph-builder';
import { checkSize } from '../models/check.js';
import type { Initializer } from './initializer.js';

/** The reflection I − factor·vvᵀ of the coordinates from `start` on, which takes a vector x there to −sign·‖x‖·(1, 0, …). */
interface Reflection {
  readonly v: Float64Array;
  readonly start: number;
  readonly factor: number;
  readonly sign: 1 | -1;
}

const reflectionOf = (x: Float64Array, start: number): Reflection => {
  const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  // Away from the first coordinate axis, so that nothing cancels.
  const sign = x[0]! < 0 ? -1 : 1;
  const v = x.slice();
  v[0]! += sign * norm;
  return { v, start, factor: 1 / (sign * norm * v[0]!), sign };
};

/** Four rows at once: v is read once for all, and their sums do not wait for one another. */
const ROWS = 4;

type FourRows = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/** row ← row·H for four rows, in place. */
const reflectRows = ([a, b, c, d]: FourRows, { v, start, factor }: Reflection): void => {
  let [p, q, r, s] = [0, 0, 0, 0];
  for (let i = 0; i < v.length; i++) {
    const x = v[i]!;
    p += a[start + i]! * x;
    q += b[start + i]! * x;
    r += c[start + i]! * x;
    s += d[start + i]! * x;
  }
  [p, q, r, s] = [factor * p, factor * q, factor * r, factor * s];
  for (let i = 0; i < v.length; i++) {
    const x = v[i]!;
    a[start + i]! -= p * x;
    b[start + i]! -= q * x;
    c[start + i]! -= r * x;
    d[start + i]! -= s * x;
  }
};

/**
 * `rows` orthonormal vectors of `columns` ≥ rows entries, uniform among all such (Haar's measure), from normal numbers. They are
 * the first rows of a product of reflections, the j-th made of columns − j of those numbers (Stewart, SIAM J. Numer. Anal. 17,
 * 1980): the Q of a normal matrix's QR decomposition, R's diagonal positive, without the decomposition. About
 * rows²·(columns − rows/3) multiply-adds.
 */
const orthonormalRows = (gaussian: Float64Array, rows: number, columns: number): Float64Array => {
  const reflections = Array.from({ length: rows }, (_, j) => {
    const begin = j * columns - (j * (j - 1)) / 2;
    return reflectionOf(gaussian.subarray(begin, begin + columns - j), j);
  });
  const q = new Float64Array(Math.ceil(rows / ROWS) * ROWS * columns);
  reflections.forEach(({ sign }, j) => {
    q[j * columns + j] = -sign;
  });
  for (let first = 0; first < rows; first += ROWS) {
    const four = Array.from({ length: ROWS }, (_, k) =>
      q.subarray((first + k) * columns, (first + k + 1) * columns),
    ) as unknown as FourRows;
    // Row i is zero where later reflections than the i-th act: those leave it as it is.
    for (let j = Math.min(first + ROWS, rows) - 1; j >= 0; j--) reflectRows(four, reflections[j]!);
  }
  return q.subarray(0, rows * columns);
};

const transposed = (matrix: Float64Array, rows: number, columns: number): Float64Array =>
  Float64Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);

/**
 * gain times a random matrix [out, everything else] with orthonormal rows, or columns where there are more rows than columns
 * (Saxe et al., arXiv 1312.6120). Throws GraphError for a gain that is negative or not finite, and for a
 * parameter with fewer than two axes.
 */
export const orthogonal = (gain = 1): Initializer => {
  checkSize('orthogonal', 'gain', gain);
  return ({ name, shape }, key) => {
    if (shape.length < 2) {
      throw new GraphError(
        'orthogonal',
        `parameter "${name}" [${shape.join(', ')}] is no matrix; initialize it otherwise, as in byKind({ weight: orthogonal() })`,
      );
    }
    const out = shape[0]!;
    const rest = elementCount(shape.slice(1));
    const [rows, columns] = out <= rest ? [out, rest] : [rest, out];
    const gaussian = standardNormal(key, rows * columns - (rows * (rows - 1)) / 2);
    const q = orthonormalRows(gaussian, rows, columns);
    const matrix = out <= rest ? q : transposed(q, rows, columns);
    return gain === 1 ? matrix : matrix.map((value) => gain * value);
  };
};
