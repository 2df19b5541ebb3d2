/**
 * The spectrum of D² relative to A = H + sD², the one eigendecomposition of the solver. On the held groups and in y =
 * Dη, A is K + sI.
 *
 * With A = L Lᵀ, with s L⁻¹L⁻ᵀ = Q Diag(ν) Qᵀ (similar to s A⁻¹), and with ξ = c x / s,
 *
 *     K + c x I = L Q Diag(1 − ν + ξν) Qᵀ Lᵀ.
 *
 * Eigenvalues κ of K near the pole −c x are the largest ν = s/(κ + s), and those far above it, which may span any
 * number of orders of magnitude, are ν near 0: an eigensolver with errors of 1e-16 of the largest ν, like ml-matrix's,
 * is accurate where it matters. Applied to K itself it would have errors of 1e-16 of the largest κ
 * (docs/decisions/cubic-solver-spectrum.md).
 */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { invertLower, solveLower, solveUpper } from './cholesky.js';
import type { ReferenceShift } from './referenceShift.js';

/**
 * Vectors y on the held groups are given by coordinates z, dimensionless: y = s^{3/2}/c · L⁻ᵀQz, so that ‖y‖ = (s/c)·(Σ
 * ν z²)^½, and right-hand sides f by coordinates a = c s^{-3/2} · QᵀL⁻¹f, so that (K + c x I) y = f is (1 − ν + ξν) z =
 * a.
 */
export interface Spectrum {
  /** ν, descending, ≥ 0. */
  readonly nu: Float64Array;
  /** s/c, the radius x that ξ = 1 stands for. */
  readonly radiusUnit: number;
  /** a from f. */
  readonly analyze: (f: Float64Array) => Float64Array;
  /** y from z. */
  readonly synthesize: (z: Float64Array) => Float64Array;
  /** The eigenvector of K to ν_k, of norm 1. */
  readonly eigenvector: (k: number) => Float64Array;
}

/** ml-matrix's QL iteration divides by zero where squares of entries underflow. */
const negligible = Number.EPSILON ** 4;

/** @returns undefined where A⁻¹ overflows or vanishes. */
export const spectrum = ({ shift, factor }: ReferenceShift, size: number, c: number): Spectrum | undefined => {
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

  // s^{3/2}/c in two factors, neither of which overflows where the product with a vector does not.
  const root = Math.sqrt(shift);
  const radiusUnit = shift / c;
  const analyze = (f: Float64Array): Float64Array => {
    const inner = solveLower(factor, f);
    const a = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      for (let i = 0; i < size; i++) a[k] += Q[k * size + i] * inner[i];
      a[k] = a[k] / root / radiusUnit;
    }
    return a;
  };
  const synthesize = (z: Float64Array): Float64Array => {
    const inner = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const coefficient = z[k] * root * radiusUnit;
      for (let i = 0; i < size; i++) inner[i] += Q[k * size + i] * coefficient;
    }
    return solveUpper(factor, inner);
  };
  const eigenvector = (k: number): Float64Array => {
    const length = Math.sqrt(shift / nu[k]);
    return solveUpper(factor, Q.slice(k * size, (k + 1) * size)).map((value) => value * length);
  };
  return { nu, radiusUnit, analyze, synthesize, eigenvector };
};
