/** A step rule: how far the parameters go along a direction. */

import { type DType, type Expr, type Input, input, type Output } from '@hograd/graph-builder';

/** What a step rule may look at. */
export interface StepRuleArguments {
  readonly parameters: readonly Input[];
  /** u, one for each parameter, of its shape. */
  readonly direction: readonly Expr[];
  /** Of the loss, one for each parameter, of its shape. */
  readonly gradients: readonly Expr[];
  /** Steps already taken: a floating-point scalar, 0 at the first step. */
  readonly step: Expr;
  /** The scalar being minimised, on this step's batch. */
  readonly loss: Expr;
}

/** Where a step ends, and the graph inputs that decide it. */
export interface StepRuleResult {
  /** The next parameters, in order, each of its shape. */
  readonly parameters: readonly Expr[];
  /**
   * The graph inputs that the rule reads: numbers that may change from step to step, such as a scheduled rate. None that
   * the loss reads.
   */
  readonly hyperparameters: readonly Input[];
  /** Numbers worth watching, such as a rate that the rule worked out: graph outputs `check.NAME`. */
  readonly checks?: readonly Output[];
}

/** How far the parameters go along −u. */
export interface StepRule {
  readonly name: string;
  /** One step. Throws GraphError for parameters that the rule does not suit. */
  readonly update: (step: StepRuleArguments) => StepRuleResult;
}

/** The scalar input `rate`: the one that every rule and direction with a single rate shares. */
export const rateInput = (dtype: DType): Input => input('rate', [], dtype);
