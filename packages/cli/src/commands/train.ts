/** hograd train: trains a model with one or several optimizers, and compares them in a report. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rates, type Run, type Summary, trainingReport } from '@hograd/report';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, type Failure, failed, orRefuse, refuse } from '../failure.js';
import { type Checkpoint, loadCheckpoint } from '../training/files.js';
import { type EpochMetrics, stepsPerEpoch, trainLoop } from '../training/loop.js';
import { openLabelled, openRun, type RunOptions } from '../training/openRun.js';

export interface TrainOptions extends RunOptions {
  readonly optimizer: string;
  readonly epochs: number;
  readonly out: string;
  readonly resume?: string;
  readonly checkpointEvery: number;
}

export interface Watcher {
  readonly interrupted: () => boolean;
  readonly onStart: (run: { readonly name: string; readonly steps: number; readonly done: number }) => void;
  readonly onStep: (progress: { readonly step: number; readonly epoch: number; readonly loss: number }) => void;
  readonly onEpoch: (run: string, epoch: EpochMetrics) => void;
}

export interface TrainedRun {
  readonly optimizer: string;
  readonly folder: string;
  readonly device: string;
  readonly steps: number;
  readonly finished: boolean;
  readonly epochs: readonly EpochMetrics[];
}

export interface Trained {
  readonly runs: readonly TrainedRun[];
  readonly report?: string;
  readonly interrupted: boolean;
}

/** One line of metrics.jsonl. */
type Line =
  | { readonly step: number; readonly loss: number; readonly rates?: readonly number[] }
  | (Omit<EpochMetrics, 'seconds'> & { readonly step?: undefined });

/** Seconds of each epoch are measurements of the machine, not of the run: they live apart from the reproducible metrics. */
const timings = (folder: string): string => join(folder, 'timings.jsonl');

const readLines = async (path: string): Promise<readonly unknown[]> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
};

const epochsOf = async (folder: string): Promise<readonly EpochMetrics[]> => {
  const lines = (await readLines(join(folder, 'metrics.jsonl'))) as readonly Line[];
  const seconds = new Map(
    ((await readLines(timings(folder))) as readonly { epoch: number; seconds: number }[]).map((t) => [
      t.epoch,
      t.seconds,
    ]),
  );
  return lines.flatMap((line) => (line.step === undefined ? [{ ...line, seconds: seconds.get(line.epoch) ?? 0 }] : []));
};

const ratesOf = async (folder: string, groups: Rates['groups']): Promise<Rates | undefined> => {
  const lines = ((await readLines(join(folder, 'metrics.jsonl'))) as readonly Line[]).flatMap((l) =>
    l.step !== undefined && l.rates ? [{ step: l.step, rates: l.rates }] : [],
  );
  return lines.length === 0 ? undefined : { groups, steps: lines.map((l) => l.step), eta: lines.map((l) => l.rates) };
};

const trainOne = async (
  name: string,
  options: TrainOptions,
  watcher: Watcher,
): Promise<{ readonly trained: TrainedRun; readonly run: Run }> => {
  const opened = await openRun(name, await openLabelled(options.data, options.seed), options);
  const { problem, trainer, gradientSampler, summarySampler } = opened;
  const folder = join(options.out, name.replace(':', '-'));
  await mkdir(folder, { recursive: true });
  const identity = { ...options, out: undefined, resume: undefined, epochs: undefined, optimizer: name };
  const fresh: Checkpoint = {
    trainer: trainer.initial,
    gradientSampler: gradientSampler.initial,
    summarySampler: summarySampler.initial,
    epochLoss: 0,
    epochSteps: 0,
    metricsBytes: 0,
    options: JSON.parse(JSON.stringify(identity)),
  };
  const from = options.resume === undefined ? fresh : await loadCheckpoint(folder);
  if (JSON.stringify(from.options) !== JSON.stringify(fresh.options)) {
    refuse(`${folder} was started with other options (${JSON.stringify(from.options)}); resume with the same ones`);
  }
  if (options.resume === undefined) await writeFile(timings(folder), '');
  watcher.onStart({
    name,
    steps: stepsPerEpoch(opened) * options.epochs,
    done: from.trainer.step,
  });
  const times: EpochMetrics[] = [];
  const end = await trainLoop({
    ...opened,
    folder,
    epochs: options.epochs,
    checkpointEvery: options.checkpointEvery,
    from,
    interrupted: watcher.interrupted,
    onStep: watcher.onStep,
    onEpoch: (epoch) => {
      times.push(epoch);
      watcher.onEpoch(name, epoch);
    },
  });
  await opened.release();
  await writeFile(
    timings(folder),
    times.map(({ epoch, seconds }) => `${JSON.stringify({ epoch, seconds })}\n`).join(''),
    { flag: 'a' },
  );
  const epochs = await epochsOf(folder);
  const groups = problem.partition.groups.map((g) => ({ name: g.name, size: g.size }));
  const rates = await ratesOf(folder, groups);
  const last = end.trainer.summary;
  const summary: Summary | undefined = last && { groups, gbar: last.gbar, Hbar: last.Hbar, D3: last.D3 };
  return {
    trained: {
      optimizer: name,
      folder,
      device: trainer.device,
      steps: end.trainer.step,
      finished: !watcher.interrupted(),
      epochs,
    },
    run: { name, optimizer: name, seed: options.seed, epochs, ...(rates && { rates }), ...(summary && { summary }) },
  };
};

/** Trains with each of the optimizers (separated by commas), one after the other, and writes OUT/report.html. */
export const train =
  (options: TrainOptions, command: string, watcher: Watcher): TE.TaskEither<Failure, Trained> =>
  () =>
    attempt(async () => {
      const out = options.resume ?? options.out;
      const results: { trained: TrainedRun; run: Run }[] = [];
      for (const name of options.optimizer.split(',').map((n) => n.trim())) {
        if (!watcher.interrupted()) results.push(await trainOne(name, { ...options, out }, watcher));
      }
      const runs = results.map((r) => r.trained);
      if (watcher.interrupted()) return { runs, interrupted: true };
      const html = trainingReport({
        title: 'Training report',
        command,
        runs: results.map((r) => r.run),
        dataset: options.data,
        model: options.model,
        seed: options.seed,
      });
      if (E.isLeft(html)) return orRefuse(html, (e) => failed(e.message));
      const report = join(out, 'report.html');
      await writeFile(report, html.right);
      return { runs, report, interrupted: false };
    });
