/** Mean loss and accuracy over whole data sets. */

import { type Dataset, NO_LABEL, sizeOfDataset, takeBatch } from '@hograd/data';
import { elementCount, makeGraph, type Tensor, tensor } from '@hograd/graph-builder';
import type { Session, SessionOptions } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import { type BatchCoupling, findCoupling, type LossOver } from '../coupling.js';
import { drawnAmong } from '../draws.js';
import { attempt } from '../failure.js';
import { inputsOf } from '../lengths.js';
import { atEvaluation } from './atEvaluation.js';
import { batchDraws } from './batchDraws.js';
import { numbers, openGraph, runOn, sliceBatch, type Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';
import { labelsThatCount, weightOf } from './weight.js';

/** Rows evaluated at once, where that makes no difference to a mean over them. */
const ROWS = 1000;

/** How many of the labels that count have the highest of their scores [n, classes, …]; the first of equal ones counts as the highest. */
const countRight = ({ data, shape }: Tensor<'float32'>, labels: Tensor): number => {
  const [, classes, ...rest] = shape as readonly [number, number, ...(readonly number[])];
  const inner = elementCount(rest);
  let right = 0;
  for (let i = 0; i < labels.data.length; i++) {
    if (labels.data[i] === NO_LABEL) continue;
    const start = Math.floor(i / inner) * classes * inner + (i % inner);
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[start + c * inner]! > data[start + best * inner]!) best = c;
    if (best === Number(labels.data[i])) right += 1;
  }
  return right;
};

export interface Evaluator {
  /** Where a batch's loss is no mean over its examples: losses are of batches as long as training's, so that the two are one quantity. */
  readonly coupling?: BatchCoupling;
  /** No accuracy where the problem has no scores. */
  readonly evaluate: (
    dataset: Dataset,
    parameters: Tensors,
  ) => Promise<{ readonly loss: number; readonly accuracy?: number }>;
  readonly release: () => Promise<void>;
}

/** What is evaluated, and the examples that it is trained on, so many at a time. */
export interface Evaluated extends Pick<TrainingProblem, 'loss' | 'output' | 'parameters' | 'values' | 'seed'> {
  readonly train: Dataset;
  readonly batch: number;
}

/** Tried at the initial parameters, so that a run that is resumed finds what an unbroken one found. */
const couplingOf = async (
  session: Session,
  { loss, parameters, values, train, batch }: Evaluated,
  withDraws: (examples: Tensors, place: readonly [string, number]) => Tensors,
): Promise<BatchCoupling | undefined> => {
  const initial = Object.fromEntries(parameters.map(({ attributes: { name } }) => [name, values.get(name)!]));
  const drawn = drawnAmong(inputsOf([loss])).map(({ attributes }) => attributes.name);
  // One number for all that is drawn, lest the parts differ from the whole by their noise.
  const still = (feeds: Tensors): Tensors =>
    Object.fromEntries(
      Object.entries(feeds).map(([name, value]) => [
        name,
        drawn.includes(name) ? tensor(new Array<number>(value.data.length).fill(0.5), value.shape, value.dtype) : value,
      ]),
    );
  const examples = sizeOfDataset(train);
  const over: LossOver = async (indices, at) => {
    const own = takeBatch(train, indices);
    const count = weightOf(own);
    if (count === 0) return undefined;
    return { count, values: await runOn(session, { ...at, ...still(withDraws(own, ['coupling', 0])) }) };
  };
  // A model that does not take so few examples at once is trained all the same.
  const tried = await attempt(() => findCoupling('float32', { examples, slice: examples, parameters: initial }, over));
  return E.isRight(tried) && tried.right ? { ...tried.right, batch } : undefined;
};

/**
 * Evaluates a mean loss, and scores where there are any, in slices weighted by what their means are over: without Dropout, and where the loss draws noise,
 * with the same each time. A loss that is no mean over independent examples is the mean of its values on batches of `batch` examples; the last of them is
 * filled up with the data set's first examples, and counts by its own. Refuses a device that cannot be had.
 */
export const makeEvaluator = async (problem: Evaluated, options: SessionOptions): Promise<Evaluator> => {
  const { parameters, seed } = problem;
  const [loss, output] = atEvaluation([problem.loss, ...(problem.output ? [problem.output] : [])]);
  const { withDraws } = batchDraws({ loss: loss!, seed });
  const session = await openGraph(
    makeGraph([{ name: 'loss', value: loss! }, ...(output ? [{ name: 'output', value: output }] : [])]),
    options,
  );
  const coupling = await couplingOf(session, { ...problem, loss: loss! }, withDraws);
  const rows = coupling ? problem.batch : ROWS;
  return {
    ...(coupling && { coupling }),
    evaluate: async (dataset, carried) => {
      const values = Object.fromEntries(parameters.map((p) => [p.attributes.name, carried[p.attributes.name]!]));
      const size = sizeOfDataset(dataset);
      let total = 0;
      let weights = 0;
      let right = 0;
      let labels = 0;
      for (let start = 0; start < size; start += rows) {
        const own = Math.min(rows, size - start);
        const indices = Array.from({ length: coupling ? rows : own }, (_, i) => (start + i) % size);
        const batch = takeBatch(dataset, indices);
        const counting = weightOf(batch);
        if (counting === 0) continue;
        const weight = coupling ? own : counting;
        const feeds = withDraws(batch, ['evaluation', start]);
        const result = await runOn(session, { ...values, ...feeds });
        total += numbers(result.loss!)[0]! * weight;
        weights += weight;
        if (!result.output) continue;
        const { y } = sliceBatch({ y: batch.y! }, 0, own);
        right += countRight(result.output as Tensor<'float32'>, y!);
        labels += labelsThatCount(y!.data);
      }
      return { loss: total / weights, ...(output && { accuracy: right / labels }) };
    },
    release: async () => {
      await session.release()();
    },
  };
};
