/** The training loop: batches in, metrics and checkpoints out, interruptible between any two steps. */

import { type Dataset, type Indices, type Sampler, sizeOfDataset, takeBatch } from '@hograd/data';
import { failed, Refusal } from '../failure.js';
import type { Diagnose, Diagnosis } from './diagnosis.js';
import { type Checkpoint, hasCheckpoint, openMetrics, saveCheckpoint } from './files.js';
import type { Tensors } from './tensors.js';
import type { Measured, StepResult, Trainer, TrainerState } from './trainer.js';

/** Mean losses and accuracies over whole data sets. */
export interface Evaluation {
  readonly testLoss: number;
  /** Left out where the model does not pick a label. */
  readonly testAccuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

export interface EpochMetrics extends Evaluation {
  readonly epoch: number;
  /** Mean over the epoch's batches, each before its step, at the parameters that the run had come to. */
  readonly trainLoss: number;
  /** Steps and evaluation together. */
  readonly seconds: number;
}

/** The loss is not finite: the run cannot go on. */
export class Diverged extends Refusal {
  readonly diagnosis: Diagnosis;
  constructor(diagnosis: Diagnosis, folder: string) {
    const kept = hasCheckpoint(folder) ? `, the last checkpoint is in ${folder}` : '';
    super(failed(`${diagnosis.reason}; ${diagnosis.cure}${kept}`));
    this.diagnosis = diagnosis;
  }
}

export interface LoopSetup {
  readonly folder: string;
  readonly trainer: Trainer;
  readonly train: Dataset;
  /** Infinity: until `enough`. */
  readonly epochs: number;
  /** Asked after each epoch: true once the run has had its time. Left out: never. */
  readonly enough?: () => boolean;
  readonly gradientSampler: Sampler;
  readonly summarySampler: Sampler;
  readonly checkpointEvery: number;
  readonly from: Checkpoint;
  readonly evaluate: (parameters: Tensors) => Promise<Evaluation>;
  readonly diagnose: Diagnose;
  /** True once the user asked to stop. */
  readonly interrupted: () => boolean;
  readonly onStep: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly epoch: number;
    readonly loss: number;
  }) => void;
  readonly onEpoch: (epoch: EpochMetrics) => void | Promise<void>;
  /** Awaited before each epoch's first step and at the end, with the number of epochs that are done: a look from outside. */
  readonly atEpoch?: (done: number, state: TrainerState) => Promise<void>;
}

/** What metrics.jsonl keeps of a summary: everything but the summary itself. */
const recorded = ({ summary: _, ...kept }: Measured): Omit<Measured, 'summary'> => kept;

/**
 * What a step's batch counts with: the loss that the run saw, also where it gave earlier steps away and they were taken back, lest the
 * mean leave out every rise. A rise to what is no number counts as the loss from which the step was then taken.
 */
const lossSeen = ({ loss, measured }: StepResult): number =>
  Number.isFinite(measured?.back?.loss) ? measured!.back!.loss : loss;

/** Steps in one epoch: as many whole batches as the training set has. */
export const stepsPerEpoch = (setup: Pick<LoopSetup, 'train' | 'gradientSampler'>): number =>
  Math.max(1, Math.floor(sizeOfDataset(setup.train) / setup.gradientSampler.initial.batch));

/**
 * Trains from a checkpoint to the last epoch. Returns where it stopped: at the end, or at the first step after an interrupt.
 * The state is saved every `checkpointEvery` steps, after each epoch and on an interrupt. Refuses (Diverged) a loss that is not finite.
 */
export const trainLoop = async (setup: LoopSetup): Promise<Checkpoint> => {
  const { folder, trainer, train, gradientSampler, summarySampler, checkpointEvery } = setup;
  const feedsOf = (indices: Indices): Tensors => takeBatch(train, indices);
  const perEpoch = stepsPerEpoch(setup);
  const total = perEpoch * setup.epochs;
  const metrics = await openMetrics(folder, setup.from.metricsBytes);
  let now = setup.from;
  let epochStart = performance.now() - 1000 * (now.epochSeconds ?? 0);
  const epochSeconds = (): number => (performance.now() - epochStart) / 1000;
  // What `now` carries, unless it came from outside or was shown there, and what the state before it carried: that is spent.
  let own: Tensors | undefined;
  let spent: Tensors | undefined;
  let lossBefore: number | undefined;
  const broken = async (seen: string, loss: number): Promise<never> => {
    const { step: steps, carried } = now.trainer;
    const { from } = setup;
    const step = steps - 1;
    // Of the states before, only what the run started from is not written over.
    const start = step === from.trainer.step && {
      from: { carried: from.trainer.carried, batch: feedsOf(gradientSampler.next(from.gradientSampler).indices) },
    };
    const before = lossBefore !== undefined && { before: { step, loss: lossBefore, ...start } };
    throw new Diverged(await setup.diagnose({ seen, loss, steps, carried, ...before }), folder);
  };
  let ended = now.trainer.step > 0 && now.epochSteps === 0 && (setup.enough?.() ?? false);
  try {
    while (now.trainer.step < total && !ended && !setup.interrupted()) {
      const { step } = now.trainer;
      if (step % perEpoch === 0) {
        if (setup.atEpoch) {
          await setup.atEpoch(step / perEpoch, now.trainer);
          // A look that was broken off is taken again by the run that goes on: not a step further.
          if (setup.interrupted()) break;
          own = undefined;
        }
        // Looking from outside is no part of the epoch; at its first step the epoch has taken no time yet.
        epochStart = performance.now();
      }
      const drawn = gradientSampler.next(now.gradientSampler);
      let summarySamples = now.summarySampler;
      const result = await trainer.step(
        now.trainer,
        feedsOf(drawn.indices),
        () => {
          const { indices, state } = summarySampler.next(summarySamples);
          summarySamples = state;
          return feedsOf(indices);
        },
        spent,
      );
      spent = own;
      own = result.state.carried;
      if (!Number.isFinite(result.loss)) await broken(`the loss became ${result.loss} at step ${step}`, result.loss);
      lossBefore = result.loss;
      await metrics.append({
        step,
        loss: result.loss,
        ...(result.measured && recorded(result.measured)),
        ...(result.checks && { checks: result.checks }),
      });
      now = {
        ...now,
        trainer: result.state,
        gradientSampler: drawn.state,
        summarySampler: summarySamples,
        epochLoss: now.epochLoss + lossSeen(result),
        epochSteps: now.epochSteps + 1,
      };
      const epoch = Math.floor(step / perEpoch) + 1;
      setup.onStep({ step: step + 1, steps: total, epoch, loss: result.loss });
      const epochEnds = now.trainer.step % perEpoch === 0;
      if (epochEnds) {
        const evaluation = await setup.evaluate(now.trainer.carried);
        const line = { epoch, trainLoss: now.epochLoss / now.epochSteps, ...evaluation };
        if (!Number.isFinite(line.testLoss)) {
          await broken(`the test loss became ${line.testLoss} after epoch ${epoch}`, line.testLoss);
        }
        await metrics.append(line);
        await setup.onEpoch({ ...line, seconds: epochSeconds() });
        now = { ...now, trainer: trainer.epochEnded(now.trainer, line.trainLoss), epochLoss: 0, epochSteps: 0 };
        epochStart = performance.now();
        ended = setup.enough?.() ?? false;
      }
      now = { ...now, metricsBytes: metrics.bytes(), epochSeconds: epochSeconds() };
      if (epochEnds || now.trainer.step % checkpointEvery === 0) await saveCheckpoint(folder, now);
    }
    if (setup.interrupted()) await saveCheckpoint(folder, now);
    else await setup.atEpoch?.(now.trainer.step / perEpoch, now.trainer);
    return now;
  } finally {
    await metrics.close();
  }
};
