/** The test for a positive semidefinite matrix that forgives rounding errors. */

import { cholesky } from './cholesky.js';

/** Is K (row-major, symmetric) positive semidefinite, or within rounding error of its own entries from being so? */
export const isSemidefinite = (K: Float64Array, size: number): boolean => {
  const raised = K.slice();
  for (let i = 0; i < size; i++) {
    const row = K.subarray(i * size, (i + 1) * size);
    raised[i * size + i] = row.every((entry) => entry === 0) ? 1 : row[i] * (1 + 4 * size * Number.EPSILON);
  }
  return cholesky(raised, size) !== undefined;
};
