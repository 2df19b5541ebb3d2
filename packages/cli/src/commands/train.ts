/** hograd train: trains a model with one or several optimizers, and compares them in a report. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Run, type Summary, trainingReport } from '@hograd/report';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, type Failure, failed, orRefuse } from '../failure.js';
import { trainInFolder } from '../training/folderRun.js';
import { type EpochMetrics, stepsPerEpoch } from '../training/loop.js';
import { makeOptimizer, type OptimizerOptions } from '../training/methods.js';
import { ratesOf } from '../training/metrics.js';
import { openLabelled, openRun, type RunOptions } from '../training/openRun.js';

export interface TrainOptions extends RunOptions, OptimizerOptions {
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

const trainOne = async (
  name: string,
  options: TrainOptions,
  watcher: Watcher,
): Promise<{ readonly trained: TrainedRun; readonly run: Run }> => {
  const optimizer = makeOptimizer(name, options);
  const opened = await openRun(optimizer, await openLabelled(options.data, options.seed), options);
  const { problem, trainer } = opened;
  const folder = join(options.out, name.replace(':', '-'));
  const { end, epochs } = await trainInFolder(opened, {
    folder,
    options: { ...options, out: undefined, resume: undefined, epochs: undefined, optimizer: name },
    resume: options.resume !== undefined,
    epochs: options.epochs,
    checkpointEvery: options.checkpointEvery,
    interrupted: watcher.interrupted,
    onStart: ({ done }) => watcher.onStart({ name, steps: stepsPerEpoch(opened) * options.epochs, done }),
    onStep: watcher.onStep,
    onEpoch: (epoch) => watcher.onEpoch(name, epoch),
  });
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
