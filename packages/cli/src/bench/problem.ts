/** What is measured: a model, of the zoo or of a file, and what it is fed with. */

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { lossGraph, modelNamed, modelNames } from '@hograd/model-zoo';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { type Arrays, modelFeeds, ownInputs, readModelFeeds } from '../feeds.js';
import { type LossModel, type LossOptions, lossModel, readModel } from '../model.js';
import { checkFixed } from '../parameters.js';
import { type DescribedInput, randomInputs, SEED } from './randomInputs.js';

export interface ProblemOptions extends LossOptions {
  /** As `readModelFeeds` reads it; left out: random inputs. */
  readonly inputs?: string;
  /** Examples of random inputs. */
  readonly batch?: number;
}

export interface Problem {
  readonly name: string;
  readonly model: LossModel;
  readonly feeds: Arrays;
  readonly inputs: {
    /** `random`, or the path that they came from. */
    readonly source: string;
    readonly arrays: readonly DescribedInput[];
  };
}

/** A name of the zoo goes before a file of that name. */
const isInZoo = (name: string): boolean => (modelNames as readonly string[]).includes(name);

const openModel = async (name: string, options: LossOptions): Promise<LossModel> => {
  if (isInZoo(name)) {
    const model = orRefuse(modelNamed(name), (e) => wrongInput(e.message));
    const graph = lossGraph(model, { seed: 1, dtype: options.dtype ?? 'float32' });
    return orRefuse(lossModel(graph, options), (failure) => failure);
  }
  if (!name.endsWith('.onnx') && !existsSync(name))
    refuse(`there is no model "${name}": give an .onnx file, or one of the zoo: ${modelNames.join(', ')}`);
  return orRefuse(await readModel(name, options)(), (failure) => failure);
};

const describedFeeds = (model: LossModel, feeds: Arrays): readonly DescribedInput[] =>
  ownInputs(model).flatMap(({ attributes: { name } }) => {
    const array = feeds[name];
    return array === undefined ? [] : [{ name, dtype: array.dtype, shape: array.shape }];
  });

/** The model of a name of the zoo (initial values of seed 1) or of a path, fed. Refuses what does not fit. */
export const openProblem = async (name: string, options: ProblemOptions): Promise<Problem> => {
  const model = await openModel(name, options);
  checkFixed(model.parameters);
  const title = isInZoo(name) ? name : basename(name);
  const { inputs, batch } = options;
  if (inputs === undefined) {
    const { arrays, described } = randomInputs(model, batch);
    const feeds = modelFeeds(model, arrays, 'random inputs');
    return { name: title, model, feeds, inputs: { source: 'random', arrays: described } };
  }
  if (batch !== undefined) refuse('--batch is for random inputs; with --inputs the examples are those of the file');
  const { feeds } = await readModelFeeds(model, inputs, SEED);
  return { name: title, model, feeds, inputs: { source: inputs, arrays: describedFeeds(model, feeds) } };
};
