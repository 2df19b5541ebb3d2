/** NewtonSummary: second-order training steps whose rates, one for each group of parameters, come from curvature summaries. */

export { type NewtonSummaryGraphs, type NewtonSummaryProblem, newtonSummaryGraphs } from './graphs.js';
export { groupDirections } from './groupDirections.js';
export { groupRates } from './groupRates.js';
export { learningRates } from './learningRates.js';
export { DEFAULT_RATES, type Rates, type RatesOptions, type RatesState, updateRates } from './rates.js';
export { fullBatchSummary, type IncompleteCover } from './summary/fullBatch.js';
export { summaryMonoid } from './summary/monoid.js';
export type { MeasuredSummary, SummaryNumbers } from './summary/numbers.js';
