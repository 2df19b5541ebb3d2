/** Batches with what the model draws for them: anew for each, as a function of the run's seed and the batch's place in the run. */

import { drawnAmong, draws } from '../draws.js';
import { inputsOf } from '../lengths.js';
import type { Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';

export interface BatchDraws {
  /** False where batches come back as they are. */
  readonly any: boolean;
  /** The batch with its draws. `place` tells it from all other batches of the run. */
  readonly withDraws: (batch: Tensors, place: readonly [stream: string, ...(string | number)[]]) => Tensors;
}

/** For batches of a problem's loss. */
export const batchDraws = ({ loss, seed }: Pick<TrainingProblem, 'loss' | 'seed'>): BatchDraws => {
  const inputs = inputsOf([loss]);
  const any = drawnAmong(inputs).length > 0;
  return {
    any,
    withDraws: (batch, place) => (any ? { ...batch, ...draws(inputs, batch, [seed, 'draws', ...place]) } : batch),
  };
};
