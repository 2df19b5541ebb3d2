/** What a training run is made of, opened from its options: data, a model fitted to it, a trainer, samplers. */

import { type OpenDatasetOptions, openDataset, type Sampler, shuffledSampler, sizeOfDataset } from '@hograd/data';
import type { Device, SessionOptions } from '@hograd/session';
import type { BatchCoupling } from '../coupling.js';
import { building, orRefuse, refuse, wrongInput } from '../failure.js';
import type { LossOptions } from '../model.js';
import { isModelFile } from '../modelFile.js';
import { opening } from '../opening.js';
import { digestOfPartition, readPartition } from '../partition.js';
import { plural } from '../plural.js';
import { diagnoser } from './diagnosis.js';
import { type Evaluator, makeEvaluator } from './evaluator.js';
import { openModelFile } from './fileModel.js';
import type { LoopSetup } from './loop.js';
import type { Optimizer } from './optimizer.js';
import { type OpenModel, type Parts, shapesOf, type Trainable } from './trainable.js';
import { checkTrainer, makeTrainer, type Trainer, type TrainingProblem } from './trainer.js';
import { fitZooModel } from './zooModel.js';

/** A model, and which loss of it over which parameters where it is a file. */
export interface ModelOptions extends Omit<LossOptions, 'dtype'> {
  /** A name of the zoo or a FILE.onnx. */
  readonly model: string;
  /** As `openDataset` reads it. */
  readonly data: string;
}

export interface RunOptions extends ModelOptions {
  /** Examples a gradient. */
  readonly batch: number;
  /** Examples a summary; left out: as many as a gradient. */
  readonly summaryBatch?: number;
  readonly seed: number;
  /** As `readPartition` reads it. */
  readonly partition: string;
  readonly device: Device | 'auto';
  /** Threads within one operator; left out: one a physical core. */
  readonly threads?: number;
}

/** What a run is of, whichever optimizer trains. */
export interface FittedRun extends Parts {
  readonly trainable: Trainable;
  readonly problem: TrainingProblem;
  /** Of the partition's file; undefined where there is none. */
  readonly partitionDigest: string | undefined;
  readonly gradientSampler: Sampler;
  readonly summarySampler: Sampler;
}

/** A run that has not begun. */
export interface OpenRun extends FittedRun {
  readonly trainer: Trainer;
  /** Over the test set, and over the validation set where there is one. */
  readonly evaluate: LoopSetup['evaluate'];
  readonly diagnose: LoopSetup['diagnose'];
  /** Where the loss is no mean over independent examples: what all its values are over. */
  readonly coupling?: BatchCoupling;
  readonly release: () => Promise<void>;
}

/** A data set with a test set; its options are of a FILE.npz, as `openDataset` says. Refuses any other. */
export const openParts = async (
  spec: string,
  seed: number,
  options: Pick<OpenDatasetOptions, 'targets' | 'ignored'> = {},
): Promise<Parts> => {
  const { train, test } = orRefuse(await openDataset(spec, { layout: 'image', seed, ...options })(), (e) =>
    wrongInput(e.message),
  );
  if (test) return { train, test };
  const own = [...Object.keys(train.inputs), ...(train.targets ? ['y'] : [])];
  const names = ['_train', '_test'].flatMap((part) => own.map((name) => name + part));
  return refuse(
    `${spec} has no test set; training needs one to report on: store the arrays ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`,
  );
};

const LOSS_FLAGS = {
  loss: '--loss',
  softmaxCrossEntropy: '--softmax-cross-entropy',
  labels: '--labels',
  classAxis: '--class-axis',
  mse: '--mse',
  target: '--target',
  params: '--params',
} as const;

/** The model that the options name, to be fitted to their data. Refuses one that cannot be had, with the reason. */
export const openModel = async (options: ModelOptions): Promise<OpenModel> => {
  const { model, data: dataName, loss, softmaxCrossEntropy, labels, classAxis, mse, target, params } = options;
  const given = { loss, softmaxCrossEntropy, labels, classAxis, mse, target, params };
  if (isModelFile(model)) return openModelFile(model, given, dataName);
  const flag = (Object.keys(given) as (keyof typeof given)[]).find((option) => given[option] !== undefined);
  if (flag !== undefined) {
    return refuse(
      `${LOSS_FLAGS[flag]} is for a FILE.onnx; model "${model}" brings its own loss and parameters: leave it out`,
    );
  }
  return { fit: async (data) => fitZooModel(model, dataName, data) };
};

/**
 * Refuses a summary's batch that an optimizer cannot cut into its slices; an example is the least that a slice can be of.
 */
export const checkSlices = (optimizer: Optimizer, summaryBatch: number): void => {
  if (optimizer.kind === 'newton-summary' && optimizer.slices > summaryBatch) {
    const { name, slices } = optimizer;
    refuse(
      `${name} cuts a summary's batch into ${slices} slices and it has ${plural(summaryBatch, 'example')}; give the batch, or the summary's own, ${slices} or more`,
    );
  }
};

/** Examples a gradient, where nobody says. */
export const DEFAULT_BATCH = 100;

/** Refuses a batch, under the name of what gives it, of more examples than there are. */
export const checkBatch = (called: string, batch: number, examples: number): void => {
  if (batch > examples)
    refuse(
      `${called} is ${batch}; with ${plural(examples, 'example')} to train on, give ${examples === 1 ? '1' : `a whole number from 1 to ${examples}`}`,
    );
};

/** The model fitted to data that is already there, its groups and its batches. Refuses options that do not fit one another or the data. */
export const fitRun = async (model: OpenModel, data: Parts, options: RunOptions): Promise<FittedRun> => {
  const { trainable, ...parts } = await model.fit(data);
  const partition = await readPartition(options.partition, trainable.parameters);
  const size = sizeOfDataset(parts.train);
  checkBatch(options.batch === DEFAULT_BATCH ? '--batch, where it is left out,' : '--batch', options.batch, size);
  if (options.summaryBatch !== undefined) checkBatch('--summary-batch', options.summaryBatch, size);
  const batches: TrainingProblem['batches'] = {
    gradient: options.batch,
    summary: options.summaryBatch ?? options.batch,
    shapes: shapesOf(parts.train),
  };
  const sampler = (stream: string, batch: number): Sampler =>
    orRefuse(shuffledSampler({ size, batch, seed: options.seed, stream }), (e) => wrongInput(e.message));
  return {
    ...parts,
    trainable,
    problem: { ...trainable.problem(options.seed), partition, seed: options.seed, batches },
    partitionDigest: digestOfPartition(options.partition, partition),
    gradientSampler: sampler('gradient', options.batch),
    summarySampler: sampler('summary', options.summaryBatch ?? options.batch),
  };
};

const namingModel = <A>(optimizer: Optimizer, model: string, work: () => A | Promise<A>): Promise<A> =>
  building(`${optimizer.name} cannot train ${model}`, work);

/** Refuses an optimizer that cannot train the problem of a model; opens no session. */
export const checkOptimizer = (optimizer: Optimizer, model: string, problem: TrainingProblem): Promise<void> =>
  namingModel(optimizer, model, () => checkTrainer(problem, optimizer));

const sessionOptions = ({ device, threads }: RunOptions): SessionOptions => ({
  device,
  ...(threads !== undefined && { threads }),
});

/** What evaluates every run of what is fitted, whichever optimizer trains. Refuses a device that cannot be had. */
export const openEvaluator = ({ problem, train }: FittedRun, options: RunOptions): Promise<Evaluator> =>
  building(`${options.model} cannot be evaluated`, () =>
    makeEvaluator({ ...problem, train, batch: options.batch }, sessionOptions(options)),
  );

/**
 * One optimizer's run of what is fitted; the evaluator stays open when it is released. Refuses an optimizer or a device that it cannot be
 * had with.
 */
export const openFitted = async (
  optimizer: Optimizer,
  fitted: FittedRun,
  evaluator: Evaluator,
  options: RunOptions,
): Promise<OpenRun> => {
  const { problem, validation, test } = fitted;
  const session = sessionOptions(options);
  const trainer = await namingModel(optimizer, options.model, () => makeTrainer(problem, optimizer, session));
  return {
    ...fitted,
    trainer,
    diagnose: diagnoser(problem, session),
    ...(evaluator.coupling && { coupling: evaluator.coupling }),
    evaluate: async (carried) => {
      const onTest = await evaluator.evaluate(test, carried);
      const held = validation && (await evaluator.evaluate(validation, carried));
      return {
        testLoss: onTest.loss,
        ...(onTest.accuracy !== undefined && { testAccuracy: onTest.accuracy }),
        ...(held && { validationLoss: held.loss }),
        ...(held?.accuracy !== undefined && { validationAccuracy: held.accuracy }),
      };
    },
    release: trainer.release,
  };
};

/** One optimizer's run on data that is already there. Refuses options that do not fit one another, the data or the machine. */
export const openRun = (optimizer: Optimizer, model: OpenModel, data: Parts, options: RunOptions): Promise<OpenRun> =>
  opening(async ({ keep, release }) => {
    checkSlices(optimizer, options.summaryBatch ?? options.batch);
    const fitted = await fitRun(model, data, options);
    const evaluator = keep(await openEvaluator(fitted, options));
    const run = keep(await openFitted(optimizer, fitted, evaluator, options));
    return { ...run, release };
  });
