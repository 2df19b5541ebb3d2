/** One run of an experiment, performed in this process: from its plan to its record. */

import { existsSync, readFileSync } from 'node:fs';
import type { Device } from '@hograd/session';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { opening } from '../opening.js';
import { hasCheckpoint } from '../training/files.js';
import { trainInFolder } from '../training/folderRun.js';
import { methodOf } from '../training/methods.js';
import { openModel, openRun } from '../training/openRun.js';
import { digestOfData, fileUnder, openForRuns, partsOf } from '../training/parts.js';
import type { RunPlan } from './plan.js';
import { type RunRecord, writeRecord } from './record.js';

export interface RunTask {
  readonly plan: RunPlan;
  readonly folder: string;
  readonly device: Device | 'auto';
  /** Threads within one operator; left out: one a physical core. */
  readonly threads?: number;
  /** Where relative paths of data start from. */
  readonly dataRoot: string;
}

export interface RunWatcher {
  readonly interrupted: () => boolean;
  /** Steps taken so far, those before a resumption too. */
  readonly onStep: (step: number) => void;
}

/** Steps between checkpoints within an epoch. */
const CHECKPOINT_EVERY = 1000;

/**
 * The largest resident memory of this process since its program was loaded. On Linux the kernel's count for the
 * process (getrusage) may be that of the parent at the time of the fork.
 */
const peakBytes = (): number => {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  return 1024 * (peak === undefined ? process.resourceUsage().maxRSS : Number(peak));
};

/**
 * Performs or continues a run and writes its record; a run that diverged has one too. Returns undefined where it was
 * interrupted, after a checkpoint. Refuses what is wrong with the data, the options or the device: such a run has no
 * record, and is tried again next time.
 */
export const performRun = async (
  { plan, folder, device, threads, dataRoot }: RunTask,
  { interrupted, onStep }: RunWatcher,
): Promise<RunRecord | undefined> => {
  const { optimizer, partition, summaryBatch } = orRefuse(methodOf(plan.optimizer)(plan.settings), (e) =>
    wrongInput(e.message),
  );
  const under = fileUnder(dataRoot);
  const options = {
    ...plan,
    model: under(plan.model),
    partition: under(partition),
    summaryBatch,
    device,
    threads,
  };
  const model = await openModel(options);
  const data = await openForRuns(dataRoot, plan.data, model.targets);
  const opened = await opening(async ({ keep }) => {
    const run = keep(await openRun(optimizer, model, partsOf(plan, plan.seed)(data), options));
    const contents = [
      [under(plan.model), plan.modelDigest, run.trainable.digest],
      [under(partition), plan.partitionDigest, run.partitionDigest],
      [plan.data, plan.dataDigest, digestOfData(data)],
    ];
    const changed = contents.find(([, then, now]) => then !== now);
    if (changed) refuse(`${changed[0]} has changed since the experiment began; start it again with the same command`);
    return run;
  });
  const { diverged, steps, epochs } = await trainInFolder(opened, {
    folder,
    options: { ...plan },
    resume: hasCheckpoint(folder),
    epochs: plan.epochs ?? Number.POSITIVE_INFINITY,
    ...(plan.seconds !== undefined && { seconds: plan.seconds }),
    checkpointEvery: CHECKPOINT_EVERY,
    interrupted,
    onStart: ({ done }) => onStep(done),
    onStep: ({ step }) => onStep(step),
    onEpoch: () => {},
  });
  if (!diverged && interrupted()) return undefined;
  const record: RunRecord = {
    plan,
    ...(diverged ? { outcome: 'failed', reason: diverged.diagnosis.reason } : { outcome: 'finished' }),
    epochs,
    steps,
    device: opened.trainer.device,
    ...(threads !== undefined && { threads }),
    peakBytes: peakBytes(),
  };
  await writeRecord(folder, record);
  return record;
};
