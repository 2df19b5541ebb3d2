/** Linear combinations of vectors, matrices and summaries. */

import type { SummaryNumbers } from './numbers.js';

/** a·x + b·y, entry by entry; x and y of one length. Symmetric: swapping (a, x) with (b, y) changes no digit. */
export const mixVectors = (a: number, x: readonly number[], b: number, y: readonly number[]): readonly number[] =>
  x.map((value, i) => a * value + b * y[i]!);

/** a·X + b·Y, entry by entry; X and Y of one shape. */
export const mixMatrices = (
  a: number,
  X: readonly (readonly number[])[],
  b: number,
  Y: readonly (readonly number[])[],
): readonly (readonly number[])[] => X.map((row, s) => mixVectors(a, row, b, Y[s]!));

/** a·x + b·y on ḡ, H̄ and D3; x and y of one number of groups. */
export const mixSummaries = (a: number, x: SummaryNumbers, b: number, y: SummaryNumbers): SummaryNumbers => ({
  gbar: mixVectors(a, x.gbar, b, y.gbar),
  Hbar: mixMatrices(a, x.Hbar, b, y.Hbar),
  D3: mixVectors(a, x.D3, b, y.D3),
});
