/** The symmetric part of a measured H̄. */

type Matrix = readonly (readonly number[])[];

/**
 * (H̄ + H̄ᵀ)/2: measured in float32, H̄ is symmetric only up to the rounding of sums that cancel, which is more than the solver
 * forgives. What is not square is left for the solver to refuse.
 */
export const symmetric = (Hbar: Matrix): Matrix =>
  Hbar.every((row) => row.length === Hbar.length)
    ? Hbar.map((row, s) => row.map((h, t) => h / 2 + Hbar[t]![s]! / 2))
    : Hbar;
