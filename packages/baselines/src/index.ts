/** Optimisers as values: directions, step rules, and the graph of one training step. */

export type { Direction, DirectionArguments, DirectionResult, State, StateTensor } from './direction.js';
export { type AdamOptions, adam } from './directions/adam.js';
export { adamw } from './directions/adamw.js';
export type { MomentumOptions } from './directions/buffer.js';
export { momentum } from './directions/momentum.js';
export { nesterov } from './directions/nesterov.js';
export { type RmspropOptions, rmsprop } from './directions/rmsprop.js';
export { sgd } from './directions/sgd.js';
export { constantRate } from './rules/constantRate.js';
export { perGroupRates } from './rules/perGroupRates.js';
export type { StepRule, StepRuleArguments, StepRuleResult } from './rules/stepRule.js';
export { initialState } from './state.js';
export { type TrainStep, trainStep } from './trainStep.js';
