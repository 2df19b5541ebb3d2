/** A summary as numbers: what a graph measured, on the host, in float64. */

import type { Tensor } from '@hograd/graph-builder';

/** A summary's values: ḡ [S], H̄ [S][S], and the signed D3 [S], along +direction (arXiv 2312.03885, §3). */
export interface SummaryNumbers {
  readonly gbar: readonly number[];
  readonly Hbar: readonly (readonly number[])[];
  readonly D3: readonly number[];
}

/** A tensor as a graph's run gives it: of `evaluate`, or of a session. */
type Output = Pick<Tensor, 'data'>;

/**
 * The outputs ḡ [S], H̄ [S, S] and D3 [S] of a summary's graph, of any floating-point type, as numbers. Throws RangeError where their lengths are not S, S² and S.
 */
export const summaryNumbers = ({
  gbar,
  Hbar,
  D3,
}: {
  readonly gbar: Output;
  readonly Hbar: Output;
  readonly D3: Output;
}): SummaryNumbers => {
  const [rates, flat, third] = [gbar, Hbar, D3].map(({ data }) => Array.from(data as Float64Array)) as [
    number[],
    number[],
    number[],
  ];
  const groups = rates.length;
  if (flat.length !== groups ** 2 || third.length !== groups) {
    throw new RangeError(
      `gbar has ${groups} numbers, Hbar ${flat.length} and D3 ${third.length}; of S groups they have S, S² and S`,
    );
  }
  return { gbar: rates, Hbar: rates.map((_, s) => flat.slice(s * groups, (s + 1) * groups)), D3: third };
};

/** A summary with the loss of the same examples and their number: what can be averaged over slices of a data set. */
export interface MeasuredSummary extends SummaryNumbers {
  /** How many examples the means are over; a whole number ≥ 0. */
  readonly count: number;
  /** The mean loss, before any step. */
  readonly loss: number;
}
