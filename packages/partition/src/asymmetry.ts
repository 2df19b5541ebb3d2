/** Symmetry of a measured H̄. */

/** Of the size of the entries on the diagonal: what float32 leaves of symmetry is a few units of 6e-8. */
const ASYMMETRY_TOLERANCE = 1e-6;

/**
 * The first [s, t], t < s, where entries of a square matrix of finite numbers differ across the diagonal by more than the rounding of
 * float32, 1e-6 of the larger of them or of √|H_ss H_tt|; undefined where the matrix is symmetric but for that. Rescaling of groups
 * does not matter.
 */
export const asymmetryIn = (matrix: readonly (readonly number[])[]): readonly [s: number, t: number] | undefined => {
  for (let s = 0; s < matrix.length; s++) {
    for (let t = 0; t < s; t++) {
      const [below, above] = [matrix[s]![t]!, matrix[t]![s]!];
      const scale = Math.sqrt(Math.abs(matrix[s]![s]!)) * Math.sqrt(Math.abs(matrix[t]![t]!));
      const allowed = ASYMMETRY_TOLERANCE * Math.max(scale, Math.abs(below), Math.abs(above));
      if (!(Math.abs(below - above) <= allowed)) return [s, t];
    }
  }
  return undefined;
};
