/** A summary as numbers: what a graph measured, on the host, in float64. */

/** A summary's values: ḡ [S], H̄ [S][S], and the signed D3 [S], along +direction (arXiv 2312.03885, §3). */
export interface SummaryNumbers {
  readonly gbar: readonly number[];
  readonly Hbar: readonly (readonly number[])[];
  readonly D3: readonly number[];
}

/** A summary with the loss of the same examples and their number: what can be averaged over slices of a data set. */
export interface MeasuredSummary extends SummaryNumbers {
  /** How many examples the means are over; a whole number ≥ 0. */
  readonly count: number;
  /** The mean loss, before any step. */
  readonly loss: number;
}
