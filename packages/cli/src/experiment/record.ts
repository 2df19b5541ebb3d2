/** What is kept of a run that is over, whichever way it ended: record.json in its folder. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeText } from '../files.js';
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

/** The record of a folder; undefined where the run is not over. */
export const readRecord = async (folder: string): Promise<RunRecord | undefined> => {
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RunRecord);
};

/** Writes it whole or not at all. */
export const writeRecord = (folder: string, record: RunRecord): Promise<void> =>
  writeText(join(folder, RECORD), `${JSON.stringify(record, null, 1)}\n`);

/** Mean loss over the batches of the last epoch; undefined where the run failed. */
export const finalTrainLoss = ({ outcome, epochs }: RunRecord): number | undefined =>
  outcome === 'finished' ? epochs.at(-1)?.trainLoss : undefined;
