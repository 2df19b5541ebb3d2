/** Learning rates of groups from a summary: the anisotropic cubic subproblem on its three tensors. */

import type { CubicError, CubicSolution } from '@hograd/cubic-solver';
import type * as E from 'fp-ts/lib/Either.js';
import type { SummaryNumbers } from '../summary/numbers.js';
import { metricOf, solveAveraged } from './solveAveraged.js';

/**
 * η* [S]: the global minimiser of −ḡᵀη + ½ηᵀH̄η + (λ_int/6)‖Dη‖³ with D = Diag(|D3|^{1/3}) (arXiv 2312.03885, equations 8 and
 * 9), with its certificate, from ḡ [S], H̄ [S][S] and D3 [S]; λ_int ≥ 0. The step is θ ← θ − λ1 η_s u_s. H̄ stands for its
 * symmetric part. The Left says why there is none: T without a minimum, or numbers that are no cubic problem, under
 * the solver's names: H is H̄, g is ḡ, d is |D3|^{1/3}, lambda is λ_int.
 */
export const learningRates =
  (lambdaInt: number) =>
  (summary: SummaryNumbers): E.Either<CubicError, CubicSolution> =>
    solveAveraged(
      { lambdaInt, ridge: { kind: 'none' }, diagonal: false },
      { summary, d: metricOf(summary.D3) },
      summary.Hbar.map(() => 0),
    );
