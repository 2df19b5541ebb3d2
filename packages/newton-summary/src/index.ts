/** NewtonSummary: learning rates of groups of parameters from exact curvature summaries. */

export { groupDirections } from './groupDirections.js';
export { learningRates, type SummaryNumbers } from './learningRates.js';
