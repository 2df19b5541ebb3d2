/** What a training run is made of, opened from its options: data, a model fitted to it, a trainer, samplers. */

import {
  exampleShape,
  inLayout,
  type LabelledDataset,
  openDataset,
  type Sampler,
  shuffledSampler,
  sizeOfDataset,
} from '@hograd/data';
import { type Input, outputNamed } from '@hograd/graph-builder';
import { lossGraph, type Model, modelNamed, modelNames } from '@hograd/model-zoo';
import { partitionFromSpec } from '@hograd/partition';
import type { Device, SessionOptions } from '@hograd/session';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { makeEvaluator } from './evaluator.js';
import type { LoopSetup } from './loop.js';
import type { Optimizer } from './optimizer.js';
import { makeTrainer, type Trainer, type TrainingProblem } from './trainer.js';

export interface RunOptions {
  readonly model: string;
  /** As `openDataset` reads it. */
  readonly data: string;
  /** Examples a gradient. */
  readonly batch: number;
  /** Examples a summary; left out: as many as a gradient. */
  readonly summaryBatch?: number;
  readonly seed: number;
  readonly partition: string;
  readonly device: Device | 'auto';
  /** Threads within one operator; left out: one a physical core. */
  readonly threads?: number;
}

/** Labelled examples, in parts. */
export interface LabelledParts {
  readonly train: LabelledDataset;
  readonly validation?: LabelledDataset;
  readonly test: LabelledDataset;
}

/** A run that has not begun. */
export interface OpenRun extends LabelledParts {
  readonly problem: TrainingProblem;
  readonly trainer: Trainer;
  readonly gradientSampler: Sampler;
  readonly summarySampler: Sampler;
  /** Over the test set, and over the validation set where there is one. */
  readonly evaluate: LoopSetup['evaluate'];
  readonly release: () => Promise<void>;
}

/** The models of the zoo that learn labels from images. */
export const TRAINABLE: readonly string[] = modelNames.filter((name) => name !== 'autoencoder' && name !== 'gpt');

/** A labelled data set with a test set. Refuses any other. */
export const openLabelled = async (spec: string, seed: number): Promise<LabelledParts> => {
  const { train, test } = orRefuse(await openDataset(spec, { layout: 'image', seed })(), (e) => wrongInput(e.message));
  if (!test || train.classes === 0)
    return refuse(`${spec} has no labelled test set; training needs one to report accuracy`);
  return { train: train as LabelledDataset, test: test as LabelledDataset };
};

/** A model fitted to the data, and the data in the layout that the model takes. Refuses one that is not trained on labels. */
export const fit = (name: string, data: LabelledParts): LabelledParts & { readonly model: Model } => {
  const model = orRefuse(modelNamed(name, { inputShape: exampleShape(data.train), classes: data.train.classes }), (e) =>
    wrongInput(e.message),
  );
  if (model.loss !== 'softmaxCrossEntropy' || model.inputType !== 'float') {
    return refuse(`model "${name}" is not trained on images with labels; take one of ${TRAINABLE.join(', ')}`);
  }
  if (model.inputShape.length > 1) return { model, ...data };
  const flat = (dataset: LabelledDataset): LabelledDataset => ({
    ...dataset,
    inputs: inLayout('flat')(dataset.inputs),
  });
  return {
    model,
    train: flat(data.train),
    ...(data.validation && { validation: flat(data.validation) }),
    test: flat(data.test),
  };
};

/** One optimizer's run on data that is already there. Refuses options that do not fit one another, the data or the machine. */
export const openRun = async (optimizer: Optimizer, data: LabelledParts, options: RunOptions): Promise<OpenRun> => {
  const { model, ...parts } = fit(options.model, data);
  const { train, validation, test } = parts;
  const graph = lossGraph(model, { seed: options.seed });
  const parameters = graph.inputs.filter((i) => graph.initializers.has(i.attributes.name)) as readonly Input[];
  const shapes = parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] }));
  const partition = orRefuse(partitionFromSpec(options.partition)(shapes), (e) => wrongInput(e.message));
  const session: SessionOptions = {
    device: options.device,
    ...(options.threads !== undefined && { threads: options.threads }),
  };
  const loss = outputNamed('loss')(graph)!;
  const output = outputNamed('output')(graph)!;
  const problem: TrainingProblem = {
    loss,
    output,
    parameters,
    partition,
    values: graph.initializers,
    seed: options.seed,
  };
  const size = sizeOfDataset(train);
  const sampler = (stream: string, batch: number): Sampler =>
    orRefuse(shuffledSampler({ size, batch, seed: options.seed, stream }), (e) => wrongInput(e.message));
  const gradientSampler = sampler('gradient', options.batch);
  const summarySampler = sampler('summary', options.summaryBatch ?? options.batch);
  const trainer = await makeTrainer(problem, optimizer, session);
  const evaluator = await makeEvaluator(loss, output, parameters, session);
  return {
    ...parts,
    problem,
    trainer,
    gradientSampler,
    summarySampler,
    evaluate: async (carried) => {
      const onTest = await evaluator.evaluate(test, carried);
      const held = validation && (await evaluator.evaluate(validation, carried));
      return {
        testLoss: onTest.loss,
        testAccuracy: onTest.accuracy,
        ...(held && { validationLoss: held.loss, validationAccuracy: held.accuracy }),
      };
    },
    release: async () => {
      await trainer.release();
      await evaluator.release();
    },
  };
};
