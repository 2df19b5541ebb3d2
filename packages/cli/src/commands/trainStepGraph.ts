/** The graph that `hograd differentiate --train-step` writes: one step of an optimizer, ready to be run again and again. */

import { constantRate, trainStep } from '@hograd/baselines';
import type { Graph } from '@hograd/graph-builder';
import { orRefuse, wrongInput } from '../failure.js';
import type { LossModel } from '../model.js';
import { directions } from '../training/directions.js';
import { checkSettings, type Settings } from '../training/settings.js';

/** Optimizers that a step can be written for; the step's length is the input `rate`. */
export const STEP_NAMES: readonly string[] = Object.keys(directions);

/**
 * Inputs: the parameters, `state.NAME` of the optimizer, `step`, the model's inputs, `rate`. Outputs: `loss` before the step, and
 * `next.` and its name for each parameter, state and the step. Refuses settings that the optimizer does not take. Throws GraphError for
 * parameters whose shapes are not numbers, where the optimizer has a state of their shapes.
 */
export const trainStepGraph = ({ loss, parameters }: LossModel, name: string, settings: Settings): Graph => {
  const { options, make } = directions[name as keyof typeof directions];
  const own = orRefuse(checkSettings(name, options, settings), (e) => wrongInput(`--step-option: ${e.message}`));
  return trainStep({ loss, parameters, direction: make(own), rule: constantRate() });
};
