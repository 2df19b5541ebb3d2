/** A training run that lives in a folder: started or continued there, its metrics, timings and checkpoints with it. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { resumeSampler, type Sampler, type SamplerState } from '@hograd/data';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { openFolder } from '../files.js';
import { type Checkpoint, loadCheckpoint, MODEL } from './files.js';
import { Diverged, type EpochMetrics, type LoopSetup, stepsPerEpoch, trainLoop } from './loop.js';
import { appendTiming, clearTimings, epochsOf, mendTimings, timingsOf } from './metrics.js';
import type { OpenRun } from './openRun.js';

export interface FolderRun
  extends Pick<LoopSetup, 'epochs' | 'checkpointEvery' | 'interrupted' | 'onStep' | 'atEpoch'> {
  readonly folder: string;
  /** What the run is trained with: a resumed run must have been started with the same. */
  readonly options: Checkpoint['options'];
  readonly resume: boolean;
  /** Wall-clock budget; the run ends with the epoch that reaches it. Left out: none. */
  readonly seconds?: number;
  /** Awaited before the first step, when nothing is to be refused any more. */
  readonly onStart: (steps: { readonly done: number }) => void | Promise<void>;
  readonly onEpoch: (epoch: EpochMetrics) => void;
}

/** How a run ended. */
export interface FolderRunEnd {
  /** Where it stopped; undefined where it diverged. */
  readonly end?: Checkpoint;
  readonly diverged?: Diverged;
  /** Steps and epochs, those before a resumption too. */
  readonly steps: number;
  readonly epochs: readonly EpochMetrics[];
}

const startOf = (
  { trainer, gradientSampler, summarySampler }: OpenRun,
  options: Checkpoint['options'],
): Checkpoint => ({
  trainer: trainer.initial,
  gradientSampler: gradientSampler.initial,
  summarySampler: summarySampler.initial,
  epochLoss: 0,
  epochSteps: 0,
  metricsBytes: 0,
  options,
});

/** Where a run stood. Refuses a checkpoint of other options, files or samplers. */
const savedIn = async (
  { gradientSampler, summarySampler }: OpenRun,
  folder: string,
  options: Checkpoint['options'],
): Promise<Checkpoint> => {
  const saved = await loadCheckpoint(folder);
  const said = (value: unknown): string => (value === undefined ? 'left out' : JSON.stringify(value));
  // How often the state is saved does not change it.
  const [other] = Object.keys({ ...saved.options, ...options }).filter(
    (name) => name !== 'checkpointEvery' && said(saved.options[name]) !== said(options[name]),
  );
  const file = { modelDigest: options.model, partitionDigest: options.partition, dataDigest: options.data }[
    other ?? ''
  ];
  if (file !== undefined) {
    refuse(
      `${file} has changed since ${folder} was started from it; resume with the file as it was, or start anew without --resume`,
    );
  }
  if (other !== undefined) {
    refuse(
      `${folder} was started with other options: ${other} was ${said(saved.options[other])} and is ${said(options[other])} now; resume with the same ones`,
    );
  }
  const resumed = (sampler: Sampler, state: unknown): SamplerState =>
    orRefuse(resumeSampler(sampler)(state), ({ message }) => wrongInput(`${folder}: ${message}`));
  return {
    ...saved,
    gradientSampler: resumed(gradientSampler, saved.gradientSampler),
    summarySampler: resumed(summarySampler, saved.summarySampler),
  };
};

/**
 * Trains to the last epoch, or until interrupted, out of time or diverged, and releases the run. Refuses to resume where there is no
 * checkpoint or one of other options.
 */
export const trainInFolder = async (
  opened: OpenRun,
  { folder, resume, seconds, ...run }: FolderRun,
): Promise<FolderRunEnd> => {
  try {
    const options = JSON.parse(JSON.stringify(run.options));
    const from = resume ? await savedIn(opened, folder, options) : startOf(opened, options);
    await openFolder(folder);
    if (resume) await mendTimings(folder);
    else {
      await clearTimings(folder);
      // An earlier run's model is not this one's.
      await rm(join(folder, MODEL), { force: true });
    }
    const done = Math.floor(from.trainer.step / stepsPerEpoch(opened));
    let spent = [...(await timingsOf(folder))].reduce((sum, [epoch, took]) => (epoch <= done ? sum + took : sum), 0);
    let { step: steps } = from.trainer;
    await run.onStart({ done: steps });
    const ended = await trainLoop({
      ...opened,
      ...run,
      folder,
      from,
      ...(seconds !== undefined && { enough: () => spent >= seconds }),
      onStep: (progress) => {
        steps = progress.step;
        run.onStep(progress);
      },
      onEpoch: async (epoch) => {
        spent += epoch.seconds;
        await appendTiming(folder, epoch);
        run.onEpoch(epoch);
      },
    }).then(
      (end) => ({ end }),
      (cause) => {
        if (!(cause instanceof Diverged)) throw cause;
        return { diverged: cause };
      },
    );
    return { ...ended, steps, epochs: await epochsOf(folder) };
  } finally {
    await opened.release();
  }
};
