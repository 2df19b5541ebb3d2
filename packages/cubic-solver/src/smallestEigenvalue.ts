/**
 * The smallest eigenvalue of a symmetric matrix, without eigenvectors: Householder's tridiagonal form, then bisection
 * on Sturm counts (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.4.1). ml-matrix always computes
 * eigenvectors, at several times the cost.
 */

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** off[i] couples i and i + 1. */
  readonly off: Float64Array;
}

/** Overwrites A. */
const tridiagonalize = (A: Float64Array, size: number): Tridiagonal => {
  const off = new Float64Array(Math.max(size - 1, 0));
  const v = new Float64Array(size);
  const p = new Float64Array(size);
  // The last row is reduced first; only the lower triangle of what remains is kept up to date.
  for (let last = size - 1; last > 1; last--) {
    // Entries are at most 1: what underflows here is far below rounding error.
    let square = 0;
    for (let j = 0; j < last; j++) square += A[last * size + j] * A[last * size + j];
    if (square === 0) continue;
    const length = Math.sqrt(square);
    const beta = A[last * size + last - 1] > 0 ? -length : length;
    off[last - 1] = beta;
    for (let j = 0; j < last; j++) v[j] = A[last * size + j] / length;
    v[last - 1] -= beta / length;
    const half = 1 / Math.abs(v[last - 1]);
    p.fill(0, 0, last);
    for (let i = 0; i < last; i++) {
      const row = i * size;
      const factor = v[i];
      let sum = A[row + i] * factor;
      for (let j = 0; j < i; j++) {
        const entry = A[row + j];
        sum += entry * v[j];
        p[j] += entry * factor;
      }
      p[i] += sum;
    }
    let overlap = 0;
    for (let i = 0; i < last; i++) {
      p[i] *= half;
      overlap += p[i] * v[i];
    }
    for (let i = 0; i < last; i++) p[i] -= (overlap * half * v[i]) / 2;
    for (let i = 0; i < last; i++) {
      const row = i * size;
      const vi = v[i];
      const pi = p[i];
      for (let j = 0; j <= i; j++) A[row + j] -= vi * p[j] + pi * v[j];
    }
  }
  if (size > 1) off[0] = A[size];
  return { diagonal: Float64Array.from({ length: size }, (_, i) => A[i * size + i]), off };
};

/** Is some eigenvalue below x? By Sylvester's law: is some pivot of T − xI negative? */
const hasEigenvalueBelow = ({ diagonal, off }: Tridiagonal, x: number, tiny: number): boolean => {
  let pivot = diagonal[0] - x;
  for (let i = 1; i < diagonal.length && pivot >= 0; i++) {
    pivot = diagonal[i] - x - (off[i - 1] * off[i - 1]) / Math.max(pivot, tiny);
  }
  return pivot < 0;
};

/**
 * @param matrix row-major, symmetric, finite.
 * @returns the smallest eigenvalue, to a few units in the last place of the largest.
 */
export const smallestEigenvalue = (matrix: Float64Array, size: number): number => {
  let largest = 0;
  for (let i = 0; i < matrix.length; i++) largest = Math.max(largest, Math.abs(matrix[i]));
  if (largest === 0) return 0;
  const normalized = new Float64Array(matrix.length);
  for (let i = 0; i < matrix.length; i++) normalized[i] = matrix[i] / largest;
  const tridiagonal = tridiagonalize(normalized, size);
  const { diagonal, off } = tridiagonal;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (let i = 0; i < size; i++) {
    const radius = (i > 0 ? Math.abs(off[i - 1]) : 0) + (i < size - 1 ? Math.abs(off[i]) : 0);
    low = Math.min(low, diagonal[i] - radius);
    high = Math.min(high, diagonal[i]);
  }
  // The interval is at most 2·size wide, entries being at most 1: it halves to nothing in fewer than 1100 steps,
  // usually in 55.
  for (;;) {
    const middle = (low + high) / 2;
    if (!(middle > low && middle < high) || high - low < Number.EPSILON / 4) return middle * largest;
    if (hasEigenvalueBelow(tridiagonal, middle, Number.MIN_VALUE)) high = middle;
    else low = middle;
  }
};
