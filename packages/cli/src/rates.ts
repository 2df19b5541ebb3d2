/** η* of a summary, or why there is none, as commands print them (cli contract). */

import { learningRates, type SummaryNumbers } from '@hograd/newton-summary';
import * as E from 'fp-ts/lib/Either.js';

export interface SolvedRates {
  readonly lambdaInt: number;
  /** η* [S], before the step size λ1. */
  readonly eta: readonly number[];
  /** ‖Dη*‖. */
  readonly r: number;
  readonly case: string;
  /** Relative residual of the stationarity equation. */
  readonly residual: number;
}

export interface RefusedRates {
  readonly lambdaInt: number;
  readonly error: { readonly kind: string; readonly message: string };
}

/** η* at an internal damping λ_int ≥ 0 (arXiv 2312.03885, equation 9). */
export const ratesOf =
  (summary: SummaryNumbers) =>
  (lambdaInt: number): SolvedRates | RefusedRates => {
    const solved = learningRates(lambdaInt)(summary);
    if (E.isLeft(solved)) return { lambdaInt, error: { kind: solved.left._tag, message: solved.left.message } };
    const { eta, r, certificate } = solved.right;
    return { lambdaInt, eta, r, case: solved.right.case, residual: certificate.residual };
  };
