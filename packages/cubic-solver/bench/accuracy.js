/**
 * Compares two ways to the root r on the problems of test-fixtures/cubic-solver/exact.json, whose answers are known to 110 digits:
 * an eigendecomposition of K = D⁻¹HD⁻¹, as the formulas suggest, and solveCubic, which decomposes D² relative to H + sD².
 * `npm run build && node packages/cubic-solver/bench/accuracy.js`
 */

import { readFileSync } from 'node:fs';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { solveCubic } from '../dist/index.js';

const problems = JSON.parse(
  readFileSync(new URL('../../../test-fixtures/cubic-solver/exact.json', import.meta.url), 'utf8'),
);

/** r from the eigendecomposition of K, with the root searched by bisection in the shift: all its error is the spectrum's. */
const rootOfK = ({ H, g, d, lambda }) => {
  const c = lambda / 2;
  const K = new Matrix(H.map((row, s) => row.map((value, t) => value / d[s] / d[t])));
  const { realEigenvalues: kappa, eigenvectorMatrix: Q } = new EigenvalueDecomposition(K, { assumeSymmetric: true });
  const beta = Q.transpose()
    .mmul(Matrix.columnVector(g.map((value, s) => value / d[s])))
    .to1DArray();
  const boundary = Math.max(0, -kappa[0] / c);
  const excess = (t) => Math.hypot(...beta.map((b, i) => b / (kappa[i] + c * boundary + t))) - (boundary + t / c);
  let [low, high] = [1e-300, 1e300];
  for (let k = 0; k < 2200; k++) {
    const middle = Math.sqrt(low) * Math.sqrt(high);
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return boundary + low / c;
};

const text = (value) => (value === undefined ? '-' : value.toExponential(1)).padStart(10);
const line = (errors, name) => console.log(`${errors.map(text).join('')}   ${name}`);

const rows = problems.map((exact) => {
  const { right } = solveCubic(exact);
  const largest = Math.max(...exact.eta.map(Math.abs));
  return {
    name: exact.name,
    errors: [
      exact.d.includes(0) ? undefined : Math.abs(rootOfK(exact) / exact.r - 1),
      Math.abs(right.r / exact.r - 1),
      Math.max(...right.eta.map((value, s) => Math.abs(value - exact.eta[s]))) / largest,
    ],
  };
});
console.log('relative error of r from K, of r and of η from solveCubic (K does not exist where d has zeros)');
for (const { errors, name } of rows) line(errors, name);
line(
  [0, 1, 2].map((k) => Math.max(...rows.map(({ errors }) => errors[k] ?? 0))),
  'the worst',
);
