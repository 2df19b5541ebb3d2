/** What a run leaves: metrics.jsonl, the same in every repetition, and timings.jsonl, the machine's. */

import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rates } from '@hograd/report';
import { mean } from 'd3-array';
import { writing } from '../files.js';
import { lineOf, mendLines, readLines } from '../jsonLines.js';
import type { EpochMetrics } from './loop.js';

/** One line of metrics.jsonl. */
type Line =
  | {
      readonly step: number;
      readonly loss: number;
      readonly rates?: readonly number[];
      readonly back?: object;
      readonly inexact?: readonly string[];
    }
  | (Omit<EpochMetrics, 'seconds'> & { readonly step?: undefined });

interface Timing {
  readonly epoch: number;
  readonly seconds: number;
}

const metricsIn = (folder: string): Promise<readonly Line[]> => readLines<Line>(join(folder, 'metrics.jsonl'));

/**
 * Seconds of each epoch are measurements of the machine, not of the run: they live apart from the reproducible
 * metrics.
 */
const timings = (folder: string): string => join(folder, 'timings.jsonl');

export const clearTimings = (folder: string): Promise<void> =>
  writing(timings(folder), () => writeFile(timings(folder), ''));

/** Before a run that was killed goes on. */
export const mendTimings = (folder: string): Promise<void> => mendLines(timings(folder));

export const appendTiming = (folder: string, { epoch, seconds }: Timing): Promise<void> =>
  writing(timings(folder), () => appendFile(timings(folder), lineOf({ epoch, seconds })));

/**
 * Seconds of each epoch by its number. An epoch that was lost in a crash and trained again counts as long as it last
 * took.
 */
export const timingsOf = async (folder: string): Promise<ReadonlyMap<number, number>> =>
  new Map((await readLines<Timing>(timings(folder))).map((t) => [t.epoch, t.seconds]));

/** The epochs that a run has finished: not one that it was killed in before its time was written, which is trained again. */
export const epochsOf = async (folder: string): Promise<readonly EpochMetrics[]> => {
  const timed = await timingsOf(folder);
  return (await metricsIn(folder)).flatMap((line) => {
    const seconds = line.step === undefined ? timed.get(line.epoch) : undefined;
    return line.step === undefined && seconds !== undefined ? [{ ...line, seconds }] : [];
  });
};

/** Seconds an epoch, steps and evaluation together; undefined where there is none. */
export const secondsPerEpoch = (epochs: readonly EpochMetrics[]): number | undefined =>
  mean(epochs, ({ seconds }) => seconds);

/** What the steps of a run that measured a summary left. */
export interface MeasuredSteps {
  /** Undefined where none did. */
  readonly rates: Rates | undefined;
  /** How often steps since the last summary were taken back for the next. */
  readonly takenBack: number;
  /** Groups that stay where they are, their gradients being rounding error. */
  readonly inexact: readonly string[];
}

export const measuredSteps = async (folder: string, groups: Rates['groups']): Promise<MeasuredSteps> => {
  const lines = (await metricsIn(folder)).flatMap((line) =>
    line.step !== undefined && line.rates ? [{ ...line, rates: line.rates }] : [],
  );
  return {
    rates: lines.length === 0 ? undefined : { groups, steps: lines.map((l) => l.step), eta: lines.map((l) => l.rates) },
    takenBack: lines.filter(({ back }) => back !== undefined).length,
    inexact: [...new Set(lines.flatMap(({ inexact = [] }) => inexact))],
  };
};
