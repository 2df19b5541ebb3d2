/** An optimizer: a direction, and how its rates come about. */

import type { Direction } from '@hograd/baselines';
import type { RateControlOptions, Schedule } from '@hograd/newton-summary';

/** One rate for all parameters and steps. */
export interface ConstantRateOptimizer {
  readonly kind: 'constant-rate';
  readonly name: string;
  readonly direction: Direction;
  readonly rate: number;
}

/** Rates from summaries, one for each group. */
export interface NewtonSummaryOptimizer extends Schedule {
  readonly kind: 'newton-summary';
  readonly name: string;
  readonly direction: Direction;
  readonly control: RateControlOptions;
  /** Slices of a summary's batch, whose spread is its sampling error; 1: whole. */
  readonly slices: number;
}

/** K-FAC with clipping by the change of predictions, decoupled weight decay and momentum, in that order. */
export interface KfacOptimizer {
  readonly kind: 'kfac';
  readonly name: string;
  readonly rate: number;
  readonly damping: number;
  /** Of the factors' running averages. */
  readonly decay: number;
  /** Bound on the squared Fisher norm of a step, as `clipByKL` takes it. */
  readonly largestKL: number;
  readonly weightDecay: number;
  readonly momentum: number;
  /** Steps between updates of the factors, and of their inverses. */
  readonly factorPeriod: number;
  readonly inversePeriod: number;
  /** Newton–Schulz iterations of an inverse. */
  readonly iterations: number;
  /** Labels drawn from the model's predictions, all classes weighed by them, or the batch's own labels. */
  readonly fisher: 'sampled' | 'exact' | 'empirical';
}

export type Optimizer = ConstantRateOptimizer | NewtonSummaryOptimizer | KfacOptimizer;
