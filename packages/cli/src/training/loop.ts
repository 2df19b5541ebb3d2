/** The training loop: batches in, metrics and checkpoints out, interruptible between any two steps. */

import { type Batch, type Dataset, type Sampler, sizeOfDataset, takeBatch } from '@hograd/data';
import { type Expr, encode, type Input, makeGraph, type Tensor } from '@hograd/graph-builder';
import { openSession, type Session, type SessionOptions } from '@hograd/session';
import { failed, orRefuse, Refusal } from '../failure.js';
import { sessionFailure } from '../sessionFailure.js';
import { type Checkpoint, openMetrics, saveCheckpoint } from './files.js';
import type { Tensors } from './tensors.js';
import type { Measured, Trainer, TrainerState } from './trainer.js';

export interface EpochMetrics {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

export interface LoopSetup {
  readonly folder: string;
  readonly trainer: Trainer;
  readonly train: Dataset;
  readonly test: Dataset;
  readonly epochs: number;
  readonly gradientSampler: Sampler;
  readonly summarySampler: Sampler;
  readonly checkpointEvery: number;
  readonly from: Checkpoint;
  readonly evaluate: (parameters: Tensors) => Promise<{ readonly loss: number; readonly accuracy: number }>;
  /** True once the user asked to stop. */
  readonly interrupted: () => boolean;
  readonly onStep: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly epoch: number;
    readonly loss: number;
  }) => void;
  readonly onEpoch: (epoch: EpochMetrics) => void;
  /** Awaited before each epoch's first step and at the end, with the number of epochs that are done: a look from outside. */
  readonly atEpoch?: (done: number, state: TrainerState) => Promise<void>;
}

/** What metrics.jsonl keeps of a summary: everything but the summary itself. */
const recorded = ({ summary: _, ...kept }: Measured): Omit<Measured, 'summary'> => kept;

const asFeeds = ({ x, y }: Batch): Tensors => ({ x, y });

/** Steps in one epoch: as many whole batches as the training set has. */
export const stepsPerEpoch = (setup: Pick<LoopSetup, 'train' | 'gradientSampler'>): number =>
  Math.max(1, Math.floor(sizeOfDataset(setup.train) / setup.gradientSampler.initial.batch));

/**
 * Trains from a checkpoint to the last epoch. Returns where it stopped: at the end, or at the first step after an interrupt.
 * The state is saved every `checkpointEvery` steps, after each epoch and on an interrupt. Refuses a loss that is not finite.
 */
export const trainLoop = async (setup: LoopSetup): Promise<Checkpoint> => {
  const { folder, trainer, train, gradientSampler, summarySampler, checkpointEvery } = setup;
  const perEpoch = stepsPerEpoch(setup);
  const total = perEpoch * setup.epochs;
  const metrics = await openMetrics(folder, setup.from.metricsBytes);
  let now = setup.from;
  let epochStart = performance.now();
  try {
    while (now.trainer.step < total && !setup.interrupted()) {
      const { step } = now.trainer;
      if (step % perEpoch === 0) await setup.atEpoch?.(step / perEpoch, now.trainer);
      const drawn = gradientSampler.next(now.gradientSampler);
      const independent = trainer.summaryDue(step) ? summarySampler.next(now.summarySampler) : undefined;
      const result = await trainer.step(
        now.trainer,
        asFeeds(takeBatch(train, drawn.indices)),
        independent && asFeeds(takeBatch(train, independent.indices)),
      );
      if (!Number.isFinite(result.loss)) {
        throw new Refusal(
          failed(
            `the loss became ${result.loss} at step ${step}; lower the rate (--lr or --lambda1), the last checkpoint is in ${folder}`,
          ),
        );
      }
      await metrics.append({
        step,
        loss: result.loss,
        ...(result.measured && recorded(result.measured)),
      });
      now = {
        ...now,
        trainer: result.state,
        gradientSampler: drawn.state,
        summarySampler: independent?.state ?? now.summarySampler,
        epochLoss: now.epochLoss + result.loss,
        epochSteps: now.epochSteps + 1,
      };
      const epoch = Math.floor(step / perEpoch) + 1;
      setup.onStep({ step: step + 1, steps: total, epoch, loss: result.loss });
      const epochEnds = now.trainer.step % perEpoch === 0;
      if (epochEnds) {
        const { loss, accuracy } = await setup.evaluate(now.trainer.carried);
        const line = { epoch, trainLoss: now.epochLoss / now.epochSteps, testLoss: loss, testAccuracy: accuracy };
        await metrics.append(line);
        setup.onEpoch({ ...line, seconds: (performance.now() - epochStart) / 1000 });
        now = { ...now, trainer: trainer.epochEnded(now.trainer, line.trainLoss), epochLoss: 0, epochSteps: 0 };
        epochStart = performance.now();
      }
      now = { ...now, metricsBytes: metrics.bytes() };
      if (epochEnds || now.trainer.step % checkpointEvery === 0) await saveCheckpoint(folder, now);
    }
    if (setup.interrupted()) await saveCheckpoint(folder, now);
    else await setup.atEpoch?.(setup.epochs, now.trainer);
    return now;
  } finally {
    await metrics.close();
  }
};

/** Rows evaluated at once. */
const EVALUATED = 1000;

const argmax = (row: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
};

/** Mean loss and accuracy over a data set, in slices weighted by their sizes (math.md §1). */
export const makeEvaluator = async (
  loss: Expr,
  output: Expr,
  parameters: readonly Input[],
  dataset: Dataset,
  options: SessionOptions,
): Promise<{ readonly evaluate: LoopSetup['evaluate']; readonly release: () => Promise<void> }> => {
  const graph = makeGraph([
    { name: 'loss', value: loss },
    { name: 'output', value: output },
  ]);
  const session: Session = orRefuse(await openSession(encode(graph), options)(), sessionFailure);
  const size = sizeOfDataset(dataset);
  return {
    evaluate: async (carried) => {
      const values = Object.fromEntries(parameters.map((p) => [p.attributes.name, carried[p.attributes.name]!]));
      let total = 0;
      let right = 0;
      for (let start = 0; start < size; start += EVALUATED) {
        const indices = Array.from({ length: Math.min(EVALUATED, size - start) }, (_, i) => start + i);
        const batch = takeBatch(dataset, indices);
        const result = orRefuse(await session.run({ ...values, ...asFeeds(batch) })(), sessionFailure);
        const logits = result.output as Tensor<'float32'>;
        const classes = logits.shape[1]!;
        total += Number(result.loss!.data[0]) * indices.length;
        for (let i = 0; i < indices.length; i++) {
          if (argmax(logits.data.subarray(i * classes, (i + 1) * classes)) === Number(batch.y.data[i])) right += 1;
        }
      }
      return { loss: total / size, accuracy: right / size };
    },
    release: async () => {
      await session.release()();
    },
  };
};
