/**
 * The spectrum of D² relative to A = H + sD², the one eigendecomposition of the solver (on the held groups, in y = Dη, where A is K + sI).
 *
 * With A = L Lᵀ and s A⁻¹ similar to s L⁻¹L⁻ᵀ = Q Diag(ν) Qᵀ, and ξ = c x / s,
 *
 *     K + c x I = L Q Diag(1 − ν + ξν) Qᵀ Lᵀ.
 *
 * Eigenvalues κ of K near the pole −c x are the largest ν = s/(κ + s), and those far above it, which may span any number of orders of
 * magnitude, are ν near 0: an eigensolver with errors of 1e-16 of the largest ν, like ml-matrix's, is accurate where it matters.
 * An eigensolver applied to K itself has errors of 1e-16 of the largest κ (docs/decisions, "spectral transformation").
 */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { invertLower, solveLower, solveUpper } from './cholesky.js';
import type { ReferenceShift } from './reference-shift.js';

export interface Spectrum {
  /** ν, descending, in [0, 8]. */
  readonly nu: Float64Array;
  /** Qᵀ L⁻¹ f. */
  readonly analyze: (f: Float64Array) => Float64Array;
  /** L⁻ᵀ Q z. */
  readonly synthesize: (z: Float64Array) => Float64Array;
  /** The eigenvector of K to ν_k, of norm 1. */
  readonly eigenvector: (k: number) => Float64Array;
}

const negligible = Number.EPSILON ** 4;

/** @returns undefined where A⁻¹ overflows or vanishes. */
export const spectrum = ({ shift, factor }: ReferenceShift, size: number): Spectrum | undefined => {
  const inverse = invertLower(factor, size);
  const product = new Float64Array(size * size);
  let largest = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += inverse[i * size + k] * inverse[j * size + k];
      product[i * size + j] = sum;
    }
    largest = Math.max(largest, product[i * size + i]);
  }
  if (!(largest > 0 && Number.isFinite(largest))) return undefined;
  // ml-matrix's QL iteration divides by zero where squares of entries underflow: N is scaled, and what is far below rounding error is dropped.
  const N = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = product[i * size + j] / largest;
      if (Math.abs(entry) < negligible) continue;
      N.set(i, j, entry);
      N.set(j, i, entry);
    }
  }
  const decomposition = new EigenvalueDecomposition(N, { assumeSymmetric: true });
  const ascending = decomposition.realEigenvalues;
  const unit = shift * largest;
  const nu = Float64Array.from(ascending, (_, k) => unit * Math.max(ascending[size - 1 - k], 0));
  // Column k of Q is stored as row k, in the order of ν.
  const Q = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) Q[k * size + i] = decomposition.eigenvectorMatrix.get(i, size - 1 - k);
  }

  const analyze = (f: Float64Array): Float64Array => {
    const scaled = solveLower(factor, f);
    const z = new Float64Array(size);
    for (let k = 0; k < size; k++) for (let i = 0; i < size; i++) z[k] += Q[k * size + i] * scaled[i];
    return z;
  };
  const synthesize = (z: Float64Array): Float64Array => {
    const scaled = new Float64Array(size);
    for (let k = 0; k < size; k++) for (let i = 0; i < size; i++) scaled[i] += Q[k * size + i] * z[k];
    return solveUpper(factor, scaled);
  };
  const eigenvector = (k: number): Float64Array => {
    const length = Math.sqrt(shift / nu[k]);
    return solveUpper(factor, Q.slice(k * size, (k + 1) * size)).map((value) => value * length);
  };
  return { nu, analyze, synthesize, eigenvector };
};
