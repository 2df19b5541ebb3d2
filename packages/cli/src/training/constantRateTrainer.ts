/** Training at a constant rate along a direction: one graph a step. */

import { constantRate, trainStep } from '@hograd/baselines';
import { tensor } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import { batchDraws } from './batchDraws.js';
import type { ConstantRateOptimizer } from './optimizer.js';
import { advance, initialTensors, numbers, openGraphFor, over, runOn } from './tensors.js';
import type { Trainer, TrainingProblem } from './trainer.js';

export const constantRateGraph = (problem: TrainingProblem, { direction }: ConstantRateOptimizer) =>
  trainStep({ ...problem, direction, rule: constantRate() });

export const constantRateTrainer = async (
  problem: TrainingProblem,
  optimizer: ConstantRateOptimizer,
  options: SessionOptions,
): Promise<Trainer> => {
  const graph = constantRateGraph(problem, optimizer);
  const { batches } = problem;
  const session = await openGraphFor(graph, { ...options, inPlace: true }, batches?.shapes(batches.gradient));
  const { withDraws } = batchDraws(problem);
  const rate = tensor([optimizer.rate], [], 'float32');
  return {
    initial: { step: 0, carried: initialTensors(problem.parameters, problem.values, graph) },
    device: session.device,
    step: async (state, batch, _, spent) => {
      const drawn = withDraws(batch, ['gradient', state.step]);
      const next = await runOn(session, { ...state.carried, ...drawn, rate }, over(session, spent));
      return { state: { step: state.step + 1, carried: advance(state.carried, next) }, loss: numbers(next.loss!)[0]! };
    },
    epochEnded: (state) => state,
    release: async () => {
      await session.release()();
    },
  };
};
