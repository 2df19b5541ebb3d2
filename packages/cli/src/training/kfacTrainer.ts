/** Training by K-FAC: a graph that renews the inverses, one that renews the factors, one that does neither. */

import {
  chain,
  clipByKL,
  constantRate,
  type Direction,
  type Fisher,
  findLayers,
  type KfacRefresh,
  kfac,
  kfacRefresh,
  momentum,
  sampledSoftmaxFisher,
  softmaxFisher,
  trainStep,
  weightDecay,
} from '@hograd/baselines';
import { uniform } from '@hograd/data';
import { type Expr, input, tensor } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import { refuse } from '../failure.js';
import { inputsOf } from '../lengths.js';
import { opening } from '../opening.js';
import { batchDraws } from './batchDraws.js';
import type { KfacOptimizer } from './optimizer.js';
import { advance, examplesIn, initialTensors, numbers, openGraph, over, runOn, type Tensors } from './tensors.js';
import type { Trainer, TrainingProblem } from './trainer.js';

/** The graph's input for the random numbers that a label is drawn with, one row an example. */
const UNIFORMS = 'kfacUniforms';

const fisherOf = (kind: KfacOptimizer['fisher'], output: Expr): Fisher | undefined => {
  if (kind === 'empirical') return undefined;
  if (kind === 'exact') return softmaxFisher(output);
  return sampledSoftmaxFisher(output, input(UNIFORMS, output.shape, output.dtype));
};

const directionOf = (
  { damping, decay, iterations, largestKL, weightDecay: decayed, momentum: beta, fisher }: KfacOptimizer,
  refresh: KfacRefresh,
  output: Expr,
): Direction => {
  const of = fisherOf(fisher, output);
  return chain(
    kfac({ damping, decay, iterations, refresh, ...(of && { fisher: of }) }),
    clipByKL({ largest: largestKL }),
    ...(decayed > 0 ? [weightDecay({ decay: decayed })] : []),
    momentum({ beta }),
  );
};

/** The scores that Fisher's matrix is of. Refuses a problem without, and one whose every parameter K-FAC would leave to its gradient. */
const scoresOf = ({ loss, output, ignoring, parameters }: TrainingProblem): Expr => {
  const rows = inputsOf([loss]).flatMap(({ attributes, shape }) => (attributes.name === 'y' ? [] : shape[0]));
  if (ignoring || output?.shape.length !== 2 || !rows.includes(output.shape[0]))
    return refuse(
      'kfac needs a loss that picks one label of every example out of scores [N, classes]; take another optimizer',
    );
  if (findLayers(loss, parameters).length === 0) {
    return refuse(
      'kfac finds no layer: no parameter is read once, by a matrix product or a convolution without groups; take another optimizer',
    );
  }
  return output;
};

/** The graph of a step for each refresh, and the scores. Refuses a problem that K-FAC is not for. */
export const kfacGraphs = (problem: TrainingProblem, optimizer: KfacOptimizer) => {
  const output = scoresOf(problem);
  const graphOf = (refresh: KfacRefresh) =>
    trainStep({ ...problem, direction: directionOf(optimizer, refresh, output), rule: constantRate() });
  return { output, graphOf };
};

/** Refuses a problem that K-FAC is not for, and a device that cannot be had. */
export const kfacTrainer = async (
  problem: TrainingProblem,
  optimizer: KfacOptimizer,
  options: SessionOptions,
): Promise<Trainer> => {
  const { output, graphOf } = kfacGraphs(problem, optimizer);
  const whole = graphOf('inverses');
  const inPlace = { ...options, inPlace: true };
  const { sessions, release } = await opening(async ({ keep, release }) => ({
    sessions: {
      inverses: keep(await openGraph(whole, inPlace)),
      factors: keep(await openGraph(graphOf('factors'), inPlace)),
      nothing: keep(await openGraph(graphOf('nothing'), inPlace)),
    },
    release,
  }));
  const refreshAt = kfacRefresh({ factors: optimizer.factorPeriod, inverses: optimizer.inversePeriod });
  const rate = tensor([optimizer.rate], [], 'float32');
  const { withDraws } = batchDraws(problem);
  const classes = Number(output.shape[1]);

  /** A function of seed and step alone, so that a resumed run draws what an unbroken one draws. */
  const uniformsAt = (step: number, batch: Tensors): Tensors => {
    const examples = examplesIn(batch);
    const drawn = uniform([problem.seed, 'kfac', step], examples * classes);
    return { [UNIFORMS]: tensor(Array.from(drawn), [examples, classes], 'float32') };
  };

  return {
    initial: { step: 0, carried: initialTensors(problem.parameters, problem.values, whole) },
    device: sessions.inverses.device,
    step: async (state, batch, _, spent) => {
      const refresh = refreshAt(state.step);
      const session = sessions[refresh];
      const uniforms = refresh === 'nothing' ? {} : uniformsAt(state.step, batch);
      const fed = { ...withDraws(batch, ['gradient', state.step]), ...uniforms };
      const next = await runOn(session, { ...state.carried, ...fed, rate }, over(session, spent));
      const residual = next['check.kfacResidual'];
      return {
        state: { step: state.step + 1, carried: advance(state.carried, next) },
        loss: numbers(next.loss!)[0]!,
        ...(residual && { checks: { kfacResidual: numbers(residual)[0]! } }),
      };
    },
    epochEnded: (state) => state,
    release,
  };
};
