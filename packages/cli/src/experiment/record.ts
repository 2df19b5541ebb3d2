/** What is kept of a run that is over, whichever way it ended: record.json in its folder. */

import { join } from 'node:path';
import { jsonIn, textIfAny, writeText } from '../files.js';
import type { EpochMetrics } from '../training/loop.js';
import type { RunPlan } from './plan.js';

export interface RunRecord {
  readonly plan: RunPlan;
  /** `failed`: it diverged or could not go on, for `reason`; the epochs before that are kept. */
  readonly outcome: 'finished' | 'failed';
  readonly reason?: string;
  readonly epochs: readonly EpochMetrics[];
  /** Steps taken. */
  readonly steps: number;
  readonly device: string;
  /** Threads within one operator; left out: one a physical core. */
  readonly threads?: number;
  /**
   * Largest resident memory of the run's process, data and runtime included; of a resumed run, since it was resumed.
   */
  readonly peakBytes: number;
}

const RECORD = 'record.json';

/** The record of a folder; undefined where the run is not over. Refuses one that is there and cannot be read. */
export const readRecord = async (folder: string): Promise<RunRecord | undefined> => {
  const path = join(folder, RECORD);
  const text = await textIfAny(path);
  return text === undefined ? undefined : (jsonIn(text, path) as RunRecord);
};

/** Writes it whole or not at all. */
export const writeRecord = (folder: string, record: RunRecord): Promise<void> =>
  writeText(join(folder, RECORD), `${JSON.stringify(record, null, 1)}\n`);

/** Mean loss over the batches of the last epoch; undefined where the run failed. */
export const finalTrainLoss = ({ outcome, epochs }: RunRecord): number | undefined =>
  outcome === 'finished' ? epochs.at(-1)?.trainLoss : undefined;
