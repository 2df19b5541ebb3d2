/** A summary over a coarser partition, from one over a finer. */

import { chain, type Either, right } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import type { Partition } from '../partition.js';
import { checkCube, checkMatrix, checkVector } from '../values.js';
import { coarsening } from './coarsening.js';

/** ḡ [S], H̄ [S, S] and the full third derivative [S, S, S] over the groups of a partition, where known. */
export interface SummaryValues {
  readonly gbar: readonly number[];
  readonly Hbar?: readonly (readonly number[])[];
  readonly third?: readonly (readonly (readonly number[])[])[];
}

/** Sums of what `index` sends to the same place, for anything that can be added. */
const gather = <A>(
  index: readonly number[],
  size: number,
  values: readonly A[],
  add: (a: A, b: A) => A,
): readonly A[] => {
  const sums: (A | undefined)[] = Array.from({ length: size });
  values.forEach((value, s) => {
    const so = sums[index[s]!];
    sums[index[s]!] = so === undefined ? value : add(so, value);
  });
  return sums as readonly A[];
};

const addNumbers = (a: number, b: number): number => a + b;
const addVectors = (a: readonly number[], b: readonly number[]): readonly number[] => a.map((x, i) => x + b[i]!);
const addMatrices = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  a.map((row, i) => addVectors(row, b[i]!));

type Rows = readonly (readonly number[])[];

const isSymmetric = (rows: Rows): boolean => rows.every((row, s) => row.every((entry, t) => entry === rows[t]![s]));

/** Sums in another order differ in their last bits: what is below the diagonal is taken from above. */
const mirrored = (rows: Rows): Rows => rows.map((row, q) => row.map((entry, r) => (r < q ? rows[r]![q]! : entry)));

/**
 * Aḡ, AH̄Aᵀ and the third derivative summed over all three of its indices, exactly as if `coarse` had been differentiated,
 * up to round-off; a symmetric H̄ stays exactly so. The *diagonal* D3 does not coarsen (it needs the entries off the diagonal): give the full tensor or
 * differentiate again. Refuses what `coarsening` refuses, and values that are not of S groups or not finite (InvalidValues).
 */
export const coarsenSummary =
  (fine: Partition, coarse: Partition) =>
  ({ gbar, Hbar, third }: SummaryValues): Either<PartitionError, SummaryValues> => {
    const size = fine.groups.length;
    const wrong =
      checkVector('gbar', size, gbar) ??
      (Hbar && checkMatrix('Hbar', size, Hbar)) ??
      (third && checkCube('third', size, third));
    if (wrong) return wrong;
    return chain((index: readonly number[]) => {
      const to = coarse.groups.length;
      const vector = (values: readonly number[]) => gather(index, to, values, addNumbers);
      const matrix = (values: readonly (readonly number[])[]) => gather(index, to, values.map(vector), addVectors);
      const cube = (values: NonNullable<SummaryValues['third']>) => gather(index, to, values.map(matrix), addMatrices);
      return right<PartitionError, SummaryValues>({
        gbar: vector(gbar),
        ...(Hbar && { Hbar: isSymmetric(Hbar) ? mirrored(matrix(Hbar)) : matrix(Hbar) }),
        ...(third && { third: cube(third) }),
      });
    })(coarsening(fine, coarse));
  };
