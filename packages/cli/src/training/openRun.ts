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
import type { SessionOptions } from '@hograd/session';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { type LoopSetup, makeEvaluator } from './loop.js';
import { makeOptimizer, type OptimizerOptions } from './optimizer.js';
import { makeTrainer, type Trainer, type TrainingProblem } from './trainer.js';

export interface RunOptions extends OptimizerOptions {
  readonly model: string;
  /** As `openDataset` reads it. */
  readonly data: string;
  /** Examples a gradient. */
  readonly batch: number;
  /** Examples a summary; left out: as many as a gradient. */
  readonly summaryBatch?: number;
  readonly seed: number;
  readonly partition: string;
  readonly device: 'cpu' | 'cuda' | 'webgpu' | 'auto';
}

export interface LabelledPair {
  readonly train: LabelledDataset;
  readonly test: LabelledDataset;
}

/** A run that has not begun. */
export interface OpenRun extends LabelledPair {
  readonly problem: TrainingProblem;
  readonly trainer: Trainer;
  readonly gradientSampler: Sampler;
  readonly summarySampler: Sampler;
  /** Mean loss and accuracy over the test set. */
  readonly evaluate: LoopSetup['evaluate'];
  readonly release: () => Promise<void>;
}

/** The models of the zoo that learn labels from images. */
export const TRAINABLE: readonly string[] = modelNames.filter((name) => name !== 'autoencoder' && name !== 'gpt');

/** A labelled data set with a test set. Refuses any other. */
export const openLabelled = async (spec: string, seed: number): Promise<LabelledPair> => {
  const { train, test } = orRefuse(await openDataset(spec, { layout: 'image', seed })(), (e) => wrongInput(e.message));
  if (!test || train.classes === 0)
    return refuse(`${spec} has no labelled test set; training needs one to report accuracy`);
  return { train: train as LabelledDataset, test: test as LabelledDataset };
};

/** A model fitted to the data, and the data in the layout that the model takes. Refuses one that is not trained on labels. */
const fit = (name: string, data: LabelledPair): LabelledPair & { readonly model: Model } => {
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
  return { model, train: flat(data.train), test: flat(data.test) };
};

/** One optimizer's run on data that is already there. Refuses options that do not fit one another, the data or the machine. */
export const openRun = async (optimizer: string, data: LabelledPair, options: RunOptions): Promise<OpenRun> => {
  const chosen = makeOptimizer(optimizer, options);
  const { model, train, test } = fit(options.model, data);
  const graph = lossGraph(model, { seed: options.seed });
  const parameters = graph.inputs.filter((i) => graph.initializers.has(i.attributes.name)) as readonly Input[];
  const shapes = parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] }));
  const partition = orRefuse(partitionFromSpec(options.partition)(shapes), (e) => wrongInput(e.message));
  const session: SessionOptions = { device: options.device };
  const loss = outputNamed('loss')(graph)!;
  const problem: TrainingProblem = { loss, parameters, partition, values: graph.initializers };
  const size = sizeOfDataset(train);
  const sampler = (stream: string, batch: number): Sampler =>
    orRefuse(shuffledSampler({ size, batch, seed: options.seed, stream }), (e) => wrongInput(e.message));
  const gradientSampler = sampler('gradient', options.batch);
  const summarySampler = sampler('summary', options.summaryBatch ?? options.batch);
  const trainer = await makeTrainer(problem, chosen, session);
  const evaluator = await makeEvaluator(loss, outputNamed('output')(graph)!, parameters, test, session);
  return {
    train,
    test,
    problem,
    trainer,
    gradientSampler,
    summarySampler,
    evaluate: evaluator.evaluate,
    release: async () => {
      await trainer.release();
      await evaluator.release();
    },
  };
};
