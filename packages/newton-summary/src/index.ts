/** NewtonSummary: second-order training steps whose rates, one for each group of parameters, come from curvature summaries. */

export { groupDirections } from './graphs/groupDirections.js';
export { groupRates } from './graphs/groupRates.js';
export {
  type NewtonSummaryGraphs,
  type NewtonSummaryProblem,
  newtonSummaryGraphs,
} from './graphs/newtonSummaryGraphs.js';
export { normalizeByGroup } from './graphs/normalizeByGroup.js';
export { curvatureBound, curvatureVariance } from './noise/curvatureError.js';
export { crossValidate, type Fold, type Shrinkage } from './noise/shrinkage.js';
export { joinSlices, type SlicedSummary } from './noise/slices.js';
export type { OptionsError } from './options/error.js';
export {
  DEFAULT_RATES,
  NOISE_AWARE_RATES,
  type Noise,
  type RateLimit,
  type RatesOptions,
  type Ridge,
  type SummaryAverage,
} from './options/rates.js';
export { ratesOptions } from './options/ratesOptions.js';
export { plateauOptions, trustOptions } from './options/safeguardOptions.js';
export {
  type Judged,
  type RateControl,
  type RateControlOptions,
  type RateControlState,
  rateControl,
  type Seen,
  type Summarized,
} from './rateControl.js';
export { learningRates } from './rates/learningRates.js';
export type { Window } from './rates/limit.js';
export type { History } from './rates/solveAveraged.js';
export type { SummaryHistory, UncertainSummary } from './rates/summaryAverage.js';
export { type Rates, type RatesState, updateRates } from './rates/updateRates.js';
export {
  DEFAULT_PLATEAU,
  dampOnPlateau,
  NO_PLATEAU,
  type PlateauOptions,
  type PlateauState,
} from './safeguards/plateau.js';
export { type PredictedDecrease, predictDecrease } from './safeguards/predictedDecrease.js';
export type { Level } from './safeguards/rise.js';
export {
  DEFAULT_TRUST,
  FULL_TRUST,
  judgeStep,
  type Outcome,
  type TrustOptions,
  type TrustState,
  type Verdict,
} from './safeguards/trust.js';
export { type Schedule, summaryDue } from './schedule.js';
export { fullBatchSummary, type IncompleteCover } from './summary/fullBatch.js';
export { summaryMonoid } from './summary/monoid.js';
export { type MeasuredSummary, type SummaryNumbers, summaryNumbers } from './summary/numbers.js';
