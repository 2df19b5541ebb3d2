/** hograd train: trains a model with one or several optimizers, and compares them in a report. */

import { join } from 'node:path';
import { type Run, type Summary, trainingReport } from '@hograd/report';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { placeGroups } from '../analysis/layers.js';
import { type BatchCoupling, batchCouplingText } from '../coupling.js';
import { attempt, type Failure, failed, orRefuse, refuse } from '../failure.js';
import { writeBinary, writeText } from '../files.js';
import { undrawn } from '../groupMemory.js';
import { DEFAULT_PARTITION } from '../partition.js';
import type { Evaluator } from '../training/evaluator.js';
import { hasCheckpoint, MODEL } from '../training/files.js';
import { trainInFolder } from '../training/folderRun.js';
import { type EpochMetrics, stepsPerEpoch } from '../training/loop.js';
import { checkTaken, makeOptimizer, type OptimizerOptions } from '../training/methods.js';
import { measuredSteps } from '../training/metrics.js';
import {
  checkOptimizer,
  checkSlices,
  type FittedRun,
  fitRun,
  openEvaluator,
  openFitted,
  openModel,
  openParts,
  type RunOptions,
} from '../training/openRun.js';
import type { Optimizer } from '../training/optimizer.js';
import { checkOut, nothingToResume, type OutOptions, outOr } from '../training/out.js';
import { digestOfData } from '../training/parts.js';

export interface TrainOptions extends Omit<RunOptions, 'partition'>, OptimizerOptions, OutOptions {
  readonly optimizer: string;
  /** As `readPartition` reads it; left out: the canonical one. */
  readonly partition?: string;
  readonly epochs: number;
  readonly checkpointEvery: number;
}

/** With groups, named or not. */
type GroupedOptions = TrainOptions & Required<Pick<TrainOptions, 'partition'>>;

export interface Watcher {
  readonly interrupted: () => boolean;
  readonly onStart: (run: { readonly name: string; readonly steps: number; readonly done: number }) => void;
  readonly onStep: (progress: { readonly step: number; readonly epoch: number; readonly loss: number }) => void;
  readonly onEpoch: (run: string, epoch: EpochMetrics) => void;
}

export interface TrainedRun {
  readonly optimizer: string;
  readonly folder: string;
  /** The trained model's file; undefined where interrupted or diverged. */
  readonly model?: string;
  readonly device: string;
  readonly steps: number;
  readonly finished: boolean;
  /** Why the run ended before its time: it diverged. */
  readonly failure?: string;
  /** What to do about that. */
  readonly cure?: string;
  /** How often steps between summaries were taken back; left out: never. */
  readonly takenBack?: number;
  /** Groups that stay where they are, since their gradients are rounding error in float32; left out: none. */
  readonly inexact?: readonly string[];
  /** Where the loss is no mean over independent examples: both losses of an epoch are means over batches of `batch` examples. */
  readonly coupling?: BatchCoupling;
  readonly epochs: readonly EpochMetrics[];
}

export interface Trained {
  readonly runs: readonly TrainedRun[];
  readonly report?: string;
  readonly interrupted: boolean;
}

export const DEFAULT_OUT = 'runs/train';

/** The folder that a command's runs and report are in. */
export const outOf = outOr(DEFAULT_OUT);

const folderOf = (name: string, options: TrainOptions): string => join(outOf(options), name.replace(':', '-'));

/** The names of the optimizers. Refuses one that there is not, and an option that none of them takes, before any of them trains. */
const namesOf = (options: TrainOptions): readonly string[] => {
  const names = options.optimizer.split(',').map((name) => name.trim());
  checkOut(options);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) return refuse(`--optimizer names "${twice}" twice; each trains once`);
  const { lr, lambda1, lambdaInt, period, partition, summaryBatch } = options;
  checkTaken(names, { lr, lambda1, lambdaInt, period, partition, summaryBatch });
  return names;
};

/** What is trained and what trains, where nothing has begun and all that can be refused has been. */
interface Prepared {
  readonly fitted: FittedRun;
  readonly optimizers: readonly Optimizer[];
  readonly dataDigest: string;
}

const prepare = async (names: readonly string[], options: GroupedOptions): Promise<Prepared> => {
  const optimizers = names.map((name) => makeOptimizer(name, options));
  for (const optimizer of optimizers) checkSlices(optimizer, options.summaryBatch ?? options.batch);
  const model = await openModel(options);
  const data = await openParts(options.data, options.seed, { targets: model.targets, ignored: options.ignoreIndex });
  const fitted = await fitRun(model, data, options);
  // The first is refused where it is opened, before it trains.
  for (const optimizer of optimizers.slice(1)) await checkOptimizer(optimizer, options.model, fitted.problem);
  return { fitted, optimizers, dataDigest: digestOfData(data) };
};

const trainOne = async (
  optimizer: Optimizer,
  { fitted, dataDigest }: Prepared,
  evaluator: Evaluator,
  options: GroupedOptions,
  resume: boolean,
  watcher: Watcher,
): Promise<{ readonly trained: TrainedRun; readonly run: Run }> => {
  const { name } = optimizer;
  const opened = await openFitted(optimizer, fitted, evaluator, options);
  const { problem, trainable, partitionDigest, trainer, coupling } = opened;
  const folder = folderOf(name, options);
  const model = join(folder, MODEL);
  const { end, diverged, steps, epochs } = await trainInFolder(opened, {
    folder,
    options: {
      ...options,
      out: undefined,
      resume: undefined,
      epochs: undefined,
      optimizer: name,
      modelDigest: trainable.digest,
      partitionDigest,
      dataDigest,
    },
    resume,
    epochs: options.epochs,
    checkpointEvery: options.checkpointEvery,
    interrupted: watcher.interrupted,
    onStart: ({ done }) => watcher.onStart({ name, steps: stepsPerEpoch(opened) * options.epochs, done }),
    onStep: watcher.onStep,
    onEpoch: (epoch) => watcher.onEpoch(name, epoch),
  });
  const failure = diverged && { failure: diverged.diagnosis.reason };
  const finished = end !== undefined && !watcher.interrupted();
  if (finished) await writeBinary(model, trainable.encode(end.trainer.carried));
  const groups = placeGroups(problem.partition);
  const { rates, takenBack, inexact } = await measuredSteps(folder, groups);
  const last = undrawn(groups.length) === undefined ? end?.trainer.summary : undefined;
  const summary: Summary | undefined = last && { groups, gbar: last.gbar, Hbar: last.Hbar, D3: last.D3 };
  return {
    trained: {
      optimizer: name,
      folder,
      ...(finished && { model }),
      device: trainer.device,
      steps,
      finished,
      ...failure,
      ...(diverged && { cure: diverged.diagnosis.cure }),
      ...(takenBack > 0 && { takenBack }),
      ...(inexact.length > 0 && { inexact }),
      ...(coupling && { coupling }),
      epochs,
    },
    run: {
      name,
      optimizer: name,
      seed: options.seed,
      epochs,
      ...(rates && { rates }),
      ...(summary && { summary }),
      ...failure,
    },
  };
};

/**
 * Those of the optimizers whose runs go on: an interrupt leaves the later ones unbegun, and these start. Refuses to
 * resume where there is nothing of any of them.
 */
const begun = (names: readonly string[], options: TrainOptions): readonly string[] => {
  if (options.resume === undefined) return [];
  const found = names.filter((name) => hasCheckpoint(folderOf(name, options)));
  return found.length > 0 ? found : nothingToResume(options.resume, names);
};

/**
 * Trains with each of the optimizers (separated by commas), one after the other, and writes OUT/report.html. Resumed,
 * those that have begun go on from their checkpoints and the others start. Each leaves OUT/OPTIMIZER/model.onnx, the trained model;
 * one that diverges is in the result and the report with its reason, and the others train all the same. What can be refused without
 * a session, of any of them, is refused before the first trains.
 */
export const train =
  (given: TrainOptions, command: string, watcher: Watcher): TE.TaskEither<Failure, Trained> =>
  () =>
    attempt(async () => {
      const options = { ...given, partition: given.partition ?? DEFAULT_PARTITION };
      const names = namesOf(given);
      const going = begun(names, options);
      const prepared = await prepare(names, options);
      const evaluator = await openEvaluator(prepared.fitted, options);
      const results: { trained: TrainedRun; run: Run }[] = [];
      try {
        for (const optimizer of prepared.optimizers) {
          if (watcher.interrupted()) continue;
          results.push(
            await trainOne(optimizer, prepared, evaluator, options, going.includes(optimizer.name), watcher),
          );
        }
      } finally {
        await evaluator.release();
      }
      const runs = results.map((r) => r.trained);
      if (watcher.interrupted()) return { runs, interrupted: true };
      const coupling = runs.find((run) => run.coupling)?.coupling;
      const measured = results.some(({ run }) => run.rates !== undefined);
      const tooMany = measured ? undrawn(prepared.fitted.problem.partition.groups.length) : undefined;
      const html = trainingReport({
        title: 'Training report',
        command,
        runs: results.map((r) => r.run),
        dataset: options.data,
        model: options.model,
        seed: options.seed,
        provenance: {
          ...(coupling && { losses: batchCouplingText(coupling) }),
          ...(tooMany !== undefined && { 'interactions left out': tooMany }),
        },
      });
      if (E.isLeft(html)) return orRefuse(html, (e) => failed(e.message));
      const report = join(outOf(options), 'report.html');
      await writeText(report, html.right);
      return { runs, report, interrupted: false };
    });
