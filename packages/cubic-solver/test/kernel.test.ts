import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { cholesky, invertLower, solveLower, solveUpper } from '../src/cholesky.js';
import { smallestEigenvalue } from '../src/smallestEigenvalue.js';
import { random, symmetric } from './problems.js';

const seeded = fc.record({ size: fc.integer({ min: 1, max: 40 }), seed: fc.integer({ min: 1, max: 1e9 }) });
const flat = (A: readonly (readonly number[])[]): Float64Array => Float64Array.from(A.flat());
const product = (A: Float64Array, x: Float64Array): Float64Array =>
  x.map((_, i) => x.reduce((sum, value, j) => sum + A[i * x.length + j] * value, 0));
const transpose = (A: Float64Array, size: number): Float64Array =>
  A.map((_, k) => A[(k % size) * size + Math.floor(k / size)]);
const distance = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe('Cholesky factorisation', () => {
  const positive = (size: number, seed: number): Float64Array => {
    const { normal } = random(seed);
    const rows = Array.from({ length: size }, () => Array.from({ length: size }, normal));
    return flat(
      symmetric(size, (s, t) => rows.reduce((sum, row) => sum + row[s] * row[t], 0) / size + (s === t ? 0.1 : 0)),
    );
  };

  it('multiplies back, and its triangular solves invert it', () => {
    fc.assert(
      fc.property(seeded, ({ size, seed }) => {
        const A = positive(size, seed);
        const L = cholesky(A, size);
        if (L === undefined) throw new Error('not factored');
        const x = Float64Array.from({ length: size }, random(seed + 1).normal);
        expect(distance(product(L, product(transpose(L, size), x)), product(A, x))).toBeLessThan(1e-12);
        expect(distance(solveLower(L, product(L, x)), x)).toBeLessThan(1e-11);
        expect(distance(solveUpper(L, product(transpose(L, size), x)), x)).toBeLessThan(1e-11);
        expect(distance(product(invertLower(L, size), product(L, x)), x)).toBeLessThan(1e-11);
      }),
    );
  });

  it('refuses a matrix with a negative, zero or NaN pivot', () => {
    expect(
      cholesky(
        flat([
          [1, 2],
          [2, 1],
        ]),
        2,
      ),
    ).toBeUndefined();
    expect(cholesky(flat([[0]]), 1)).toBeUndefined();
    expect(cholesky(flat([[Number.NaN]]), 1)).toBeUndefined();
  });
});

describe('smallest eigenvalue', () => {
  it("is ml-matrix's", () => {
    fc.assert(
      fc.property(seeded, fc.integer({ min: -300, max: 300 }), ({ size, seed }, exponent) => {
        const A = symmetric(size, random(seed).normal);
        const expected = new EigenvalueDecomposition(new Matrix(A), { assumeSymmetric: true }).realEigenvalues;
        const factor = 10 ** exponent;
        const actual = smallestEigenvalue(
          flat(A).map((entry) => entry * factor),
          size,
        );
        const error = 1e-14 * Math.max(...expected.map(Math.abs));
        expect(Math.abs(actual / factor - expected[0])).toBeLessThanOrEqual(error);
      }),
      { numRuns: 300 },
    );
  });

  it('of diagonal, zero and low-rank matrices', () => {
    expect(
      smallestEigenvalue(
        flat([
          [3, 0, 0],
          [0, -2, 0],
          [0, 0, 5],
        ]),
        3,
      ),
    ).toBeCloseTo(-2, 15);
    expect(smallestEigenvalue(new Float64Array(16), 4)).toBe(0);
    expect(
      smallestEigenvalue(
        flat([
          [1, 1, 1],
          [1, 1, 1],
          [1, 1, 1],
        ]),
        3,
      ),
    ).toBeCloseTo(0, 15);
    expect(smallestEigenvalue(flat([[-7]]), 1)).toBeCloseTo(-7, 14);
  });
});
