/** Products of vectors and matrices over groups. */

/** xᵀy; x and y of one length. */
export const dot = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, value, i) => sum + value * y[i]!, 0);

/** xᵀAx for A [S][S] and x [S]. */
export const quadraticForm = (A: readonly (readonly number[])[], x: readonly number[]): number =>
  dot(
    A.map((row) => dot(row, x)),
    x,
  );
