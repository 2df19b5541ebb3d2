/** The graph that `hograd differentiate --train-step` writes: one step of an optimizer, ready to be run again and again. */

import {
  adam,
  adamw,
  constantRate,
  type Direction,
  lbfgs,
  momentum,
  nesterov,
  rmsprop,
  sgd,
  shampoo,
  trainStep,
} from '@hograd/baselines';
import type { Graph } from '@hograd/graph-builder';
import type { LossModel } from '../model.js';

const directions: Readonly<Record<string, () => Direction>> = {
  sgd,
  momentum,
  nesterov,
  adam,
  adamw,
  rmsprop,
  shampoo,
  lbfgs,
};

/** Optimizers that a step can be written for, each at its default options; the step's length is the input `rate`. */
export const STEP_NAMES: readonly string[] = Object.keys(directions);

/**
 * Inputs: the parameters, `state.NAME` of the optimizer, `step`, the model's inputs, `rate`. Outputs: `loss` before the step, and
 * `next.` and its name for each parameter, state and the step. Throws GraphError for parameters whose shapes are not numbers.
 */
export const trainStepGraph = ({ loss, parameters }: LossModel, name: string): Graph =>
  trainStep({ loss, parameters, direction: directions[name]!(), rule: constantRate() });
