/** A step rule: how far the parameters go along a direction. */

import type { Expr, Input } from '@hograd/graph-builder';

export interface StepRuleArguments {
  readonly parameters: readonly Input[];
  /** u, one for each parameter. */
  readonly direction: readonly Expr[];
}

export interface StepRuleResult {
  /** The next parameters, in order. */
  readonly parameters: readonly Expr[];
  /** The graph inputs that the rule reads: numbers that may change from step to step, such as a scheduled rate. */
  readonly hyperparameters: readonly Input[];
}

export interface StepRule {
  readonly name: string;
  readonly update: (step: StepRuleArguments) => StepRuleResult;
}
