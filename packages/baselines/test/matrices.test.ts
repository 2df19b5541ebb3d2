import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inverse } from '../src/matrices/inverse.js';
import { inverseRoot, matrixPower } from '../src/matrices/inverseRoot.js';
import { orthogonalize } from '../src/matrices/orthogonalize.js';

type Matrix = readonly (readonly number[])[];

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const eye = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
const distance = (a: Matrix, b: Matrix): number =>
  Math.max(...a.flatMap((row, i) => row.map((v, j) => Math.abs(v - b[i]![j]!))));

const asExpr = (a: Matrix): G.Expr => G.constant(G.tensor(a.flat(), [a.length, a[0]!.length], 'float64'));
const asMatrix = (value: G.Value): Matrix => {
  const [m, n] = value.shape as [number, number];
  return Array.from({ length: m }, (_, i) => Array.from(value.data.slice(i * n, (i + 1) * n)));
};
const zero = G.constant(0, 'float64');

/** Q·Diag(values)·Qᵀ with Q a product of Householder reflections: a symmetric matrix of known eigenvalues. */
const symmetric = (eigenvalues: readonly number[], reflections: Matrix): Matrix =>
  reflections.reduce<Matrix>(
    (a, v) => {
      const norm = v.reduce((sum, x) => sum + x * x, 0);
      const h = v.map((x, i) => v.map((y, j) => Number(i === j) - (2 * x * y) / norm));
      return multiply(multiply(h, a), h);
    },
    eigenvalues.map((value, i) => eigenvalues.map((_, j) => (i === j ? value : 0))),
  );

const SIZE = 4;
const row = fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: SIZE, maxLength: SIZE });
const reflections = fc.array(row, { minLength: 2, maxLength: 2 });
const logarithms = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: SIZE, maxLength: SIZE });
/** Condition numbers of up to 10⁴. */
const definite = fc.tuple(logarithms, reflections).map(([logs, q]) =>
  symmetric(
    logs.map((l) => 10 ** l),
    q,
  ),
);
const indefinite = fc.tuple(logarithms, reflections).map(([logs, q]) =>
  symmetric(
    logs.map((l, i) => (i % 2 ? -1 : 1) * 10 ** l),
    q,
  ),
);

const evaluated = (...exprs: readonly G.Expr[]): readonly G.Value[] => G.evaluate(exprs, {});

describe('Newton–Schulz inverses', () => {
  it('invert positive definite matrices, and their residual says how well', () => {
    fc.assert(
      fc.property(definite, fc.integer({ min: 1, max: 14 }), (m, iterations) => {
        const { value, residual } = inverse(asExpr(m), { least: zero, iterations });
        const [x, left] = evaluated(value, residual);
        const found = distance(multiply(m, asMatrix(x!)), eye(SIZE));
        expect(left!.data[0]).toBeCloseTo(found, 10);
      }),
    );
    fc.assert(
      fc.property(definite, (m) => {
        // The least eigenvalue unknown, the pace is that of condition 1e13: ½log₂1e13 + 4 iterations and some.
        const [left] = evaluated(inverse(asExpr(m), { least: zero, iterations: 28 }).residual);
        expect(left!.data[0]).toBeLessThan(1e-8);
      }),
    );
  });

  it('need about ½log₂κ + 4 iterations where the least eigenvalue is known', () => {
    fc.assert(
      fc.property(reflections, (q) => {
        const m = asExpr(symmetric([1e-4, 1e-2, 1, 1], q));
        const [left] = evaluated(inverse(m, { least: G.constant(1e-4, 'float64'), iterations: 12 }).residual);
        expect(left!.data[0]).toBeLessThan(1e-8);
      }),
    );
  });

  it('invert indefinite matrices too', () => {
    fc.assert(
      fc.property(indefinite, (m) => {
        const options = { least: zero, iterations: 34, indefinite: true };
        const [left] = evaluated(inverse(asExpr(m), options).residual);
        expect(left!.data[0]).toBeLessThan(1e-6);
      }),
    );
  });

  it('say so where a matrix has no inverse', () => {
    const singular = asExpr([
      [1, 1],
      [1, 1],
    ]);
    const [left] = evaluated(inverse(singular, { least: zero, iterations: 20 }).residual);
    expect(left!.data[0]).toBeGreaterThan(0.1);
  });

  it('scale with the matrix', () => {
    fc.assert(
      fc.property(definite, fc.double({ min: 0.01, max: 100, noNaN: true }), (m, c) => {
        const of = (a: Matrix) => asMatrix(evaluated(inverse(asExpr(a), { least: zero, iterations: 28 }).value)[0]!);
        const scaled = of(m.map((r) => r.map((v) => v * c)));
        const plain = of(m);
        const size = Math.max(...plain.flat().map(Math.abs));
        expect(
          distance(
            scaled.map((r) => r.map((v) => v * c)),
            plain,
          ) / size,
        ).toBeLessThan(1e-7);
      }),
    );
  });
});

describe('coupled Newton roots', () => {
  it.each([1, 2, 4, 8])('to the power −%i undo the matrix', (p) => {
    fc.assert(
      fc.property(definite, (m) => {
        const { value, residual } = inverseRoot(asExpr(m), p, 25);
        const [power, left] = evaluated(G.matmul(matrixPower(value, p), asExpr(m)), residual);
        expect(distance(asMatrix(power!), eye(SIZE))).toBeLessThan(1e-6);
        expect(left!.data[0]).toBeLessThan(1e-6);
      }),
      { numRuns: 30 },
    );
  });

  it('have a residual that says when the iterations were too few', () => {
    const m = asExpr([
      [1, 0],
      [0, 1e-6],
    ]);
    const [left] = evaluated(inverseRoot(m, 4, 3).residual);
    expect(left!.data[0]).toBeGreaterThan(0.1);
  });
});

const rectangular = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).chain(([m, n]) =>
  fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }), {
    minLength: m,
    maxLength: m,
  }),
);

describe('orthogonalisation', () => {
  it('does not see the scale', () => {
    fc.assert(
      fc.property(rectangular, fc.double({ min: 0.1, max: 10, noNaN: true }), (a, c) => {
        fc.pre(Math.hypot(...a.flat()) > 1e-3);
        const [plain, scaled] = evaluated(
          orthogonalize(asExpr(a)),
          orthogonalize(asExpr(a.map((r) => r.map((v) => v * c)))),
        );
        expect(distance(asMatrix(plain!), asMatrix(scaled!))).toBeLessThan(1e-8);
      }),
    );
  });

  it('of a transpose is the transpose', () => {
    fc.assert(
      fc.property(rectangular, (a) => {
        const [plain, turned] = evaluated(orthogonalize(asExpr(a)), orthogonalize(asExpr(transposed(a))));
        expect(distance(transposed(asMatrix(plain!)), asMatrix(turned!))).toBeLessThan(1e-12);
      }),
    );
  });

  it('leaves singular values near 1, and with the classical coefficients at 1', () => {
    fc.assert(
      fc.property(definite, (m) => {
        const [muon, classical] = evaluated(
          orthogonalize(asExpr(m), { iterations: 8 }),
          orthogonalize(asExpr(m), { iterations: 50, coefficients: [1.5, -0.5, 0] }),
        );
        // The factor UVᵀ of a positive definite matrix is I.
        expect(distance(asMatrix(classical!), eye(SIZE))).toBeLessThan(1e-8);
        const gram = multiply(asMatrix(muon!), transposed(asMatrix(muon!)));
        const trace = gram.reduce((sum, r, i) => sum + r[i]!, 0) / SIZE;
        expect(trace).toBeGreaterThan(0.4);
        expect(trace).toBeLessThan(1.6);
      }),
    );
  });

  it('of zeros is zeros', () => {
    const [x] = evaluated(orthogonalize(asExpr([[0, 0]])));
    expect(Array.from(x!.data)).toEqual([0, 0]);
  });
});
