/**
 * Cholesky factorisation and the triangular solves with its factor, on row-major Float64Arrays.
 *
 * ml-matrix factors too, but neither stops at the first pivot that is not positive nor solves with the factor alone;
 * both are needed here. The rounding error of the factorisation is at most a few S·2⁻⁵³ of √(A_ii A_jj) in entry (i, j)
 * whatever the scale of the rows (Higham, Accuracy and Stability of Numerical Algorithms, theorem 10.5), so no scaling
 * is needed before it, and scaling by powers of 2 leaves its digits unchanged.
 */

/**
 * L with L Lᵀ = A (lower triangular, zeros above), or undefined where A is not positive definite to working precision.
 */
export const cholesky = (A: Float64Array, size: number): Float64Array | undefined => {
  const L = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      const other = j * size;
      let sum = A[row + j];
      for (let k = 0; k < j; k++) sum -= L[row + k] * L[other + k];
      L[row + j] = sum / L[other + j];
    }
    let pivot = A[row + i];
    for (let k = 0; k < i; k++) pivot -= L[row + k] * L[row + k];
    if (!(pivot > 0)) return undefined;
    L[row + i] = Math.sqrt(pivot);
  }
  return L;
};

/** L⁻¹ b. */
export const solveLower = (L: Float64Array, b: Float64Array): Float64Array => {
  const size = b.length;
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= L[i * size + k] * x[k];
    x[i] = sum / L[i * size + i];
  }
  return x;
};

/** L⁻ᵀ b. */
export const solveUpper = (L: Float64Array, b: Float64Array): Float64Array => {
  const size = b.length;
  const x = b.slice();
  for (let i = size - 1; i >= 0; i--) {
    const value = x[i] / L[i * size + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= L[i * size + k] * value;
  }
  return x;
};

/** L⁻¹, row-major and lower triangular. */
export const invertLower = (L: Float64Array, size: number): Float64Array => {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let k = 0; k < i; k++) {
      const factor = L[row + k];
      for (let j = 0; j <= k; j++) inverse[row + j] -= factor * inverse[k * size + j];
    }
    inverse[row + i] = 1;
    for (let j = 0; j <= i; j++) inverse[row + j] /= L[row + i];
  }
  return inverse;
};
