/** hograd analyze: curvature, its inverse and the rates that it asks for, along a training run that it does not disturb. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOfDataset } from '@hograd/data';
import { analysisReport } from '@hograd/report';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Analysis, type Moment, momentOf, windowsOf } from '../analysis/analysis.js';
import { csv } from '../analysis/csv.js';
import { parseEpochs } from '../analysis/epochs.js';
import { placeGroups } from '../analysis/layers.js';
import { appendMoment, asKept, keepMoments, momentsIn } from '../analysis/moments.js';
import { openProbe } from '../analysis/probe.js';
import { reportOf } from '../analysis/report.js';
import { sampleOf } from '../analysis/sample.js';
import { tablesOf } from '../analysis/tables.js';
import { attempt, type Failure, failed, orRefuse, Refusal, wrongInput } from '../failure.js';
import { writeText } from '../files.js';
import { undrawn } from '../groupMemory.js';
import { opening } from '../opening.js';
import { hasCheckpoint } from '../training/files.js';
import { trainInFolder } from '../training/folderRun.js';
import { stepsPerEpoch } from '../training/loop.js';
import { checkTaken, makeOptimizer, type OptimizerOptions } from '../training/methods.js';
import { epochsOf } from '../training/metrics.js';
import { openModel, openParts, openRun, type RunOptions } from '../training/openRun.js';
import { checkOut, nothingToResume, type OutOptions, outOr } from '../training/out.js';
import { digestOfData, partsOf, type Sizes } from '../training/parts.js';
import type { TrainerState } from '../training/trainer.js';
import type { Watcher } from './train.js';

export interface AnalyzeOptions extends RunOptions, Omit<OptimizerOptions, 'lambdaInt'>, OutOptions {
  readonly optimizer: string;
  readonly epochs: number;
  /** Finished epochs at which to look, as `parseEpochs` reads them; left out: all, initialisation and the end included. */
  readonly at?: string;
  /** Training examples that are looked at; left out: all. */
  readonly examples?: number;
  /** Examples to train on; left out: all that are not held out. */
  readonly trainExamples?: number;
  /** Training examples held out; left out: none. */
  readonly validation?: number;
  /** The first examples of the test set, to test on; left out: all. */
  readonly testExamples?: number;
  /** Internal dampings of η*; the first is also newton-summary's, where that trains. */
  readonly lambdaInt: readonly number[];
  /** Step sizes of the Taylor check. */
  readonly stepSize: readonly number[];
  /** Stretches that η* is averaged over. */
  readonly windows: number;
  readonly dtype: 'float32' | 'float64';
  /** Bytes that a slice of the examples may take. */
  readonly memoryLimit: number;
  readonly checkpointEvery: number;
}

export interface AnalyzeWatcher extends Watcher {
  readonly onMoment: (moment: Moment) => void;
}

export const DEFAULT_OUT = 'runs/analyze';

/** The folder that an analysis and its run are in. */
export const outOf = outOr(DEFAULT_OUT);

/** What was found, and the files that hold it; no files where nothing was measured before an interrupt. */
export interface Analyzed {
  readonly analysis: Analysis;
  readonly files: readonly string[];
  /** Why there is no page among the files; left out: there is one. */
  readonly unreported?: string;
}

const REPORT = 'report.html';

/** The numbers before their picture, whatever becomes of that. */
const write = async (out: string, analysis: Analysis, command: string): Promise<Omit<Analyzed, 'analysis'>> => {
  const texts: Readonly<Record<string, string>> = {
    'analysis.json': `${JSON.stringify(analysis)}\n`,
    ...Object.fromEntries(Object.entries(tablesOf(analysis)).map(([name, table]) => [name, csv(table)])),
  };
  for (const [name, text] of Object.entries(texts)) await writeText(join(out, name), text);
  const files = Object.keys(texts).map((name) => join(out, name));
  const page = join(out, REPORT);
  const unreported = undrawn(analysis.groups.length);
  if (unreported !== undefined) {
    // An earlier analysis's page is not this one's.
    await rm(page, { force: true });
    return { files, unreported };
  }
  const html = orRefuse(analysisReport(reportOf(analysis, command)), (e) => failed(e.message));
  await writeText(page, html);
  return { files: [page, ...files] };
};

/** Which moments to look at. Refuses text that is no list of the run's epochs. */
const chosenEpochs = ({ at, epochs }: AnalyzeOptions): ((epoch: number) => boolean) => {
  if (at === undefined) return () => true;
  const chosen = orRefuse(parseEpochs(epochs)(at), (e) => wrongInput(`--at: ${e}`));
  return (epoch) => chosen.has(epoch);
};

/** The run and what looks at it, opened together. */
const open = (options: AnalyzeOptions, interrupted: () => boolean) =>
  opening(async ({ keep }) => {
    const { lr, lambda1, period, summaryBatch } = options;
    checkTaken([options.optimizer], { lr, lambda1, period, summaryBatch });
    const optimizer = makeOptimizer(options.optimizer, { ...options, lambdaInt: options.lambdaInt[0]! });
    const sizes: Sizes = {
      ...(options.trainExamples !== undefined && { train: options.trainExamples }),
      validation: options.validation ?? 0,
      ...(options.testExamples !== undefined && { test: options.testExamples }),
    };
    const model = await openModel(options);
    const data = await openParts(options.data, options.seed, { targets: model.targets });
    const run = keep(await openRun(optimizer, model, partsOf(sizes, options.seed)(data), options));
    const digests = {
      modelDigest: run.trainable.digest,
      partitionDigest: run.partitionDigest,
      dataDigest: digestOfData(data),
    };
    const examples = options.examples ?? sizeOfDataset(run.train);
    const looked = sampleOf(run.train, examples, options.seed);
    const probe = await openProbe(run.problem, looked, {
      device: options.device,
      ...(options.threads !== undefined && { threads: options.threads }),
      dtype: options.dtype,
      memoryLimit: options.memoryLimit,
      interrupted,
      lambdaInt: options.lambdaInt,
      stepSizes: options.stepSize,
    });
    return { run, probe, examples, digests };
  });

const work = async (options: AnalyzeOptions, command: string, watcher: AnalyzeWatcher): Promise<Analyzed> => {
  const isChosen = chosenEpochs(options);
  checkOut(options);
  const out = outOf(options);
  const folder = join(out, options.optimizer.replace(':', '-'));
  const resume = options.resume !== undefined;
  if (resume && !hasCheckpoint(folder)) nothingToResume(out, [options.optimizer]);
  const { run, probe, examples, digests } = await open(options, watcher.interrupted);
  const groups = placeGroups(run.problem.partition);
  const moments: Moment[] = [];
  const look = async (epoch: number, { step, carried }: TrainerState): Promise<void> => {
    // A run that was interrupted after a look stands where it was taken.
    if (!isChosen(epoch) || moments.some((moment) => moment.epoch === epoch)) return;
    const start = performance.now();
    const measurement = await probe.measure(carried);
    if (!measurement) return;
    const seconds = (performance.now() - start) / 1000;
    const moment = asKept(momentOf(groups, { epoch, step, seconds }, measurement));
    await appendMoment(folder, moment);
    moments.push(moment);
    watcher.onMoment(moment);
  };
  const trained = await attempt(() =>
    trainInFolder(run, {
      folder,
      options: { ...options, ...digests, out: undefined, resume: undefined },
      resume,
      epochs: options.epochs,
      checkpointEvery: options.checkpointEvery,
      interrupted: watcher.interrupted,
      onStart: async ({ done }) => {
        // Those after the last checkpoint are of steps that a crash has lost.
        if (resume) moments.push(...(await momentsIn(folder)).filter(({ step }) => step <= done));
        await keepMoments(folder, moments);
        watcher.onStart({ name: options.optimizer, steps: stepsPerEpoch(run) * options.epochs, done });
      },
      onStep: watcher.onStep,
      onEpoch: (epoch) => watcher.onEpoch(options.optimizer, epoch),
      atEpoch: look,
    }),
  ).finally(probe.release);
  const failure = E.isLeft(trained) ? trained.left : trained.right.diverged?.failure;
  const analysis: Analysis = {
    model: options.model,
    data: options.data,
    optimizer: options.optimizer,
    seed: options.seed,
    device: run.trainer.device,
    dtype: options.dtype,
    examples: {
      train: sizeOfDataset(run.train),
      validation: run.validation ? sizeOfDataset(run.validation) : 0,
      measured: examples,
    },
    epochs: options.epochs,
    ...(run.coupling && { coupling: run.coupling }),
    interrupted: watcher.interrupted(),
    ...(failure && { failure: failure.message }),
    lambdaInt: options.lambdaInt,
    groups,
    moments,
    windows: windowsOf(moments, options.lambdaInt, options.epochs, options.windows),
    training: await epochsOf(folder),
  };
  const written = moments.length > 0 ? await write(out, analysis, command) : { files: [] };
  if (!failure) return { analysis, ...written };
  // A run that diverged has been looked at until then: what was seen is kept.
  const { status, message } = failure;
  throw new Refusal({
    status,
    message: written.files.length > 0 ? `${message}; what was measured is in ${out}` : message,
  });
};

/**
 * Trains as `hograd train` would, and at the chosen epochs measures ḡ, H̄, D3 and η* over the training examples along their mean
 * gradient (arXiv 2312.03885, Figures 1 and 2), checks Taylor's terms, and writes analysis.json, tables and report.html. An
 * interrupt ends it with what there is by then; resumed, it comes to what an unbroken one comes to.
 */
export const analyze =
  (options: AnalyzeOptions, command: string, watcher: AnalyzeWatcher): TE.TaskEither<Failure, Analyzed> =>
  () =>
    attempt(() => work(options, command, watcher));
