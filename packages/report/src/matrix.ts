/** What the maps show besides H̄ itself: interactions without units, the inverse, blocks of weights and biases. */

import { asymmetryIn } from '@hograd/partition';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Group, SquareMatrix } from './data.js';
import { formatNumber, isFiniteNumber } from './number.js';

/**
 * H_st / √|H_ss H_tt|: ±1 on the diagonal, unchanged when a group's direction is rescaled. Beyond ±1 the pair's own 2×2 block
 * is indefinite or has a saddle. NaN where a diagonal entry is zero or anything is not finite. From [S][S] to [S][S]; throws
 * RangeError for a matrix that is not square.
 */
export const normalizedInteraction = (matrix: SquareMatrix): readonly (readonly number[])[] => {
  const odd = matrix.findIndex((row) => row.length !== matrix.length);
  if (odd >= 0)
    throw new RangeError(
      `a matrix of ${matrix.length} rows has ${matrix[odd]!.length} entries in row ${odd}; it must be square`,
    );
  return matrix.map((row, s) =>
    row.map((entry, t) => {
      const own = matrix[s]![s];
      const other = matrix[t]![t];
      if (!isFiniteNumber(entry) || !isFiniteNumber(own) || !isFiniteNumber(other)) return Number.NaN;
      // Two roots, since the product of two tiny curvatures underflows.
      const scale = Math.sqrt(Math.abs(own)) * Math.sqrt(Math.abs(other));
      return scale > 0 ? entry / scale : Number.NaN;
    }),
  );
};

/** An inverse with the condition number of the balanced matrix, or the reason why there is none. */
export type Inverse =
  | {
      readonly matrix: readonly (readonly number[])[];
      /** By how much, at worst, relative errors of H̄ grow in the inverse; it hardly depends on the groups' scales. */
      readonly condition: number;
    }
  | { readonly refusal: string };

/** Beyond this condition number the inverse of a matrix known to float64 precision has under three right digits. */
const WORST_CONDITION = 1e13;

const conditionInWords = (condition: number): string =>
  Number.isFinite(condition) ? formatNumber(condition, 2) : 'infinite';

/** Scales s with every row of H_st/(s_s s_t) at most 2 and at least ½ in magnitude (Ruiz's iteration; a handful of rounds). */
const balance = (matrix: readonly (readonly number[])[]): readonly number[] => {
  let scales: readonly number[] = matrix.map(() => 1);
  for (let round = 0; round < 60; round++) {
    const largest = matrix.map((row, s) =>
      Math.max(...row.map((entry, t) => Math.abs(entry / scales[s]! / scales[t]!))),
    );
    if (largest.every((value) => value >= 0.5 && value <= 2)) return scales;
    scales = scales.map((scale, s) => scale * Math.sqrt(largest[s]!));
  }
  return scales;
};

/** Beside rows whose largest entry is about 1 such a value is nothing, but its square underflows and misleads the decomposition. */
const withoutUnderflow = (entry: number): number => (Math.abs(entry) < 1e-100 ? 0 : entry);

/**
 * H̄⁻¹ of a symmetric H̄ (but for the rounding of float32) from a singular value decomposition of H̄ with its rows and columns
 * balanced: groups whose directions differ by orders of magnitude then cost no precision, and the condition number hardly
 * depends on their scales. `names` of the groups, where given, are what a refusal calls them. From [S][S] to [S][S]; what has
 * no inverse, is not square, symmetric or finite, comes back as a refusal that ends the sentence "no inverse: …". Never throws.
 */
export const inverseOf = (matrix: SquareMatrix, names?: readonly string[]): Inverse => {
  if (matrix.length === 0 || !matrix.every((row) => row.length === matrix.length)) {
    return { refusal: 'H̄ is not a square matrix with at least one row' };
  }
  if (!matrix.every((row) => row.every(isFiniteNumber))) return { refusal: 'H̄ has entries that are not finite' };
  const rows = matrix as readonly (readonly number[])[];
  if (asymmetryIn(rows)) return { refusal: 'H̄ is not symmetric' };
  const flat = rows.findIndex((row) => row.every((entry) => entry === 0));
  if (flat >= 0) return { refusal: `${names ? `the row of ${names[flat]}` : `row ${flat + 1}`} in H̄ is zero` };
  const scales = balance(rows);
  const balanced = new Matrix(
    rows.map((row, s) => row.map((entry, t) => withoutUnderflow(entry / scales[s]! / scales[t]!))),
  );
  if (!balanced.to1DArray().every(Number.isFinite)) {
    return { refusal: 'the scales of H̄ are too far apart for double precision' };
  }
  const svd = new SingularValueDecomposition(balanced);
  if (!(svd.condition < WORST_CONDITION)) {
    return { refusal: `H̄ is singular to working precision (condition number ${conditionInWords(svd.condition)})` };
  }
  const inverse = svd.inverse().to2DArray();
  // Symmetric but for rounding.
  const scaledBack = inverse.map((row, s) =>
    row.map((entry, t) => (entry + inverse[t]![s]!) / 2 / scales[s]! / scales[t]!),
  );
  if (!scaledBack.every((row) => row.every(Number.isFinite))) {
    return { refusal: 'the inverse of H̄ is beyond double precision' };
  }
  return { matrix: scaledBack, condition: svd.condition };
};

/** `inverseOf` H̄ over groups, which a refusal calls by their names. */
export const inverseOver = (groups: readonly Group[], matrix: SquareMatrix): Inverse =>
  inverseOf(
    matrix,
    groups.map(({ name }) => name),
  );

/** The rows and columns of a matrix at given indices. */
export const submatrix = (matrix: SquareMatrix, rows: readonly number[], columns: readonly number[]): SquareMatrix =>
  rows.map((s) => columns.map((t) => matrix[s]![t]!));

/** A pair of groups and how strongly it interacts. */
export interface Pair {
  readonly s: number;
  readonly t: number;
  readonly value: number;
}

/** All pairs s < t with a finite value, strongest first. */
export const strongestPairs = (matrix: SquareMatrix): readonly Pair[] =>
  matrix
    .flatMap((row, s) => row.flatMap((value, t) => (s < t && isFiniteNumber(value) ? [{ s, t, value }] : [])))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
