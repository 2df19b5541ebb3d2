/** NewtonSummary: second-order training steps whose rates, one for each group of parameters, come from curvature summaries. */

export { groupDirections } from './graphs/groupDirections.js';
export { type GroupRates, groupRates } from './graphs/groupRates.js';
export {
  type NewtonSummaryGraphs,
  type NewtonSummaryProblem,
  newtonSummaryGraphs,
} from './graphs/newtonSummaryGraphs.js';
export { normalizeByGroup } from './graphs/normalizeByGroup.js';
export { learningRates } from './rates/learningRates.js';
export { DEFAULT_RATES, type RateLimit, type RatesOptions, type Ridge, type SummaryAverage } from './rates/options.js';
export { type OptionsError, ratesOptions } from './rates/ratesOptions.js';
export { type Rates, type RatesState, updateRates } from './rates/updateRates.js';
export { fullBatchSummary, type IncompleteCover } from './summary/fullBatch.js';
export { summaryMonoid } from './summary/monoid.js';
export type { MeasuredSummary, SummaryNumbers } from './summary/numbers.js';
