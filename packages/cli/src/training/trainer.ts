/** A trainer: one optimizer on one model as a function from state and batch to state, run in ONNX Runtime. */

import type { Expr, Input, Tensor } from '@hograd/graph-builder';
import {
  newtonSummaryGraphs,
  type PredictedDecrease,
  type RateControlState,
  type SummaryNumbers,
} from '@hograd/newton-summary';
import type { Partition } from '@hograd/partition';
import type { SessionOptions } from '@hograd/session';
import type { Shapes } from '../lengths.js';
import { constantRateGraph, constantRateTrainer } from './constantRateTrainer.js';
import { kfacGraphs, kfacTrainer } from './kfacTrainer.js';
import { newtonSummaryTrainer } from './newtonSummaryTrainer.js';
import type { Optimizer } from './optimizer.js';
import type { Tensors } from './tensors.js';

/** Everything that a run carries from step to step; a checkpoint holds exactly this. */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  /** Parameters, the direction's state and its step counter, by input name. */
  readonly carried: Tensors;
  /** NewtonSummary's averages and safeguards. */
  readonly control?: RateControlState;
  /** The loss over a batch is another one than the mean over its slices; absent before that has been tried. */
  readonly coupled?: boolean;
  /** For each group, whether its gradient is rounding error, so that it stays where it is; absent where that is still to be tried. */
  readonly inexact?: readonly boolean[];
  /** What the last judged step left, as long as later ones may be taken back to it. */
  readonly anchor?: { readonly step: number; readonly carried: Tensors };
  /** Rates [S] in force until the next summary. */
  readonly rates?: readonly number[];
  /** The last summary that the solver saw. */
  readonly summary?: SummaryNumbers;
}

/** At a step with a summary: what the solver saw and said, and what the step did where it is judged. */
export interface Measured {
  readonly summary: SummaryNumbers;
  readonly rates: readonly number[];
  readonly refusal?: string;
  /** Groups that stay where they are, since their gradients are rounding error in float32; where that has just been tried. */
  readonly inexact?: readonly string[];
  readonly predicted?: PredictedDecrease;
  /** Loss on the summary's examples before minus after the step. */
  readonly decrease?: number;
  /** Steps since an earlier one that were taken back before the summary, and the loss that gave them away. */
  readonly back?: { readonly steps: number; readonly loss: number };
  /** How often the step was taken back and shortened. */
  readonly retries?: number;
}

export interface StepResult {
  readonly state: TrainerState;
  /** On the step's batch, before the step. */
  readonly loss: number;
  readonly measured?: Measured;
  /** Numbers that tell how far the direction can be trusted, at steps that compute them. */
  readonly checks?: Readonly<Record<string, number>>;
}

export interface Trainer {
  readonly initial: TrainerState;
  readonly device: string;
  /**
   * `independent` draws a batch that is independent of the step's, for a summary; it is not called where none is taken. `spent` is what an
   * earlier state carried and nobody else reads any more: the step may write what it carries on over it.
   */
  readonly step: (
    state: TrainerState,
    batch: Tensors,
    independent: () => Tensors,
    spent?: Tensors,
  ) => Promise<StepResult>;
  /** An epoch is over: its mean training loss. */
  readonly epochEnded: (state: TrainerState, loss: number) => TrainerState;
  readonly release: () => Promise<void>;
}

export interface TrainingProblem {
  /** A scalar. */
  readonly loss: Expr;
  /** Logits [n, classes, …] of n·… labels, in their order; undefined where the loss picks none. */
  readonly output?: Expr;
  /** Some labels count for nothing. */
  readonly ignoring?: boolean;
  readonly parameters: readonly Input[];
  readonly partition: Partition;
  readonly values: ReadonlyMap<string, Tensor>;
  /** Of whatever the optimizer draws. */
  readonly seed: number;
  /** What is fed, where that is known before: examples a gradient and a summary, and the shapes of so many of them. */
  readonly batches?: {
    readonly gradient: number;
    readonly summary: number;
    readonly shapes: (examples: number) => Shapes;
  };
}

/**
 * Builds what the optimizer's trainer runs, and opens nothing. Refuses a problem that the optimizer is not for; throws GraphError
 * where the model does not allow its graphs.
 */
export const checkTrainer = (problem: TrainingProblem, optimizer: Optimizer): void => {
  switch (optimizer.kind) {
    case 'newton-summary':
      newtonSummaryGraphs({ ...problem, direction: optimizer.direction });
      break;
    case 'kfac':
      kfacGraphs(problem, optimizer).graphOf('inverses');
      break;
    case 'constant-rate':
      constantRateGraph(problem, optimizer);
  }
};

/** The trainer of an optimizer on a problem. Refuses a device that cannot be had. */
export const makeTrainer = (
  problem: TrainingProblem,
  optimizer: Optimizer,
  options: SessionOptions,
): Promise<Trainer> => {
  switch (optimizer.kind) {
    case 'newton-summary':
      return newtonSummaryTrainer(problem, optimizer, options);
    case 'kfac':
      return kfacTrainer(problem, optimizer, options);
    case 'constant-rate':
      return constantRateTrainer(problem, optimizer, options);
  }
};
