/** A direction: gradients and a state in, an update direction and the next state out, all as expressions. */

import type { DType, Expr, Input, Output } from '@hograd/graph-builder';

/** One tensor that a direction carries from step to step; it starts as zeros. Its graph input is `state.NAME`. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A direction's state by name (without the `state.` of its inputs). */
export type State = Readonly<Record<string, Expr>>;

/** What a direction is worked out from, as expressions. */
export interface DirectionArguments {
  /** One for each parameter, of its shape: the loss's gradients, or in a chain the direction that comes before. */
  readonly gradients: readonly Expr[];
  readonly parameters: readonly Input[];
  readonly state: State;
  /** Steps already taken: a floating-point scalar, 0 at the first step. */
  readonly step: Expr;
  /** The scalar being minimised, on this step's batch: what directions that look at curvature differentiate again. */
  readonly loss: Expr;
  /** The loss's inputs other than the model's parameters. */
  readonly batch: readonly Input[];
}

/** What one step of a direction gives: u, the next state, and what else a graph needs for it. */
export interface DirectionResult {
  /** u, one for each parameter: the parameters move along −u times a rate. */
  readonly direction: readonly Expr[];
  /** Every tensor that `init` named. */
  readonly state: State;
  /** Graph inputs of the direction's own, such as random probes; none that the loss reads. Default none. */
  readonly inputs?: readonly Input[];
  /**
   * Numbers that tell how far the direction can be trusted, such as an inverse's residual: graph outputs `check.NAME`.
   */
  readonly checks?: readonly Output[];
}

/**
 * A pair of pure functions, as in optax: what is carried between steps, and how one step turns gradients into a
 * direction. How far to go along it is a step rule's business. A direction is also a transformation of directions:
 * `chain` hands one's result to the next in the gradients' place.
 */
export interface Direction {
  readonly name: string;
  /** The state's tensors. Throws GraphError where a parameter's shape is not known when the graph is built. */
  readonly init: (parameters: readonly Input[], loss: Expr) => readonly StateTensor[];
  /** One step. Throws GraphError for parameters or a loss that the direction does not suit. */
  readonly update: (step: DirectionArguments) => DirectionResult;
}
