/** Mean loss and accuracy over whole data sets. */

import { type Dataset, NO_LABEL, sizeOfDataset, takeBatch } from '@hograd/data';
import { elementCount, makeGraph, type Tensor } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import { atEvaluation } from './atEvaluation.js';
import { batchDraws } from './batchDraws.js';
import { numbers, openGraph, runOn, type Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';
import { labelsThatCount, weightOf } from './weight.js';

/** Rows evaluated at once. */
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
  /** No accuracy where the problem has no scores. */
  readonly evaluate: (
    dataset: Dataset,
    parameters: Tensors,
  ) => Promise<{ readonly loss: number; readonly accuracy?: number }>;
  readonly release: () => Promise<void>;
}

/**
 * Evaluates a mean loss, and scores where there are any, in slices weighted by what their means are over: without Dropout, and where the loss draws noise,
 * with the same each time. Refuses a device that cannot be had.
 */
export const makeEvaluator = async (
  problem: Pick<TrainingProblem, 'loss' | 'output' | 'parameters' | 'seed'>,
  options: SessionOptions,
): Promise<Evaluator> => {
  const { parameters, seed } = problem;
  const [loss, output] = atEvaluation([problem.loss, ...(problem.output ? [problem.output] : [])]);
  const { withDraws } = batchDraws({ loss: loss!, seed });
  const session = await openGraph(
    makeGraph([{ name: 'loss', value: loss! }, ...(output ? [{ name: 'output', value: output }] : [])]),
    options,
  );
  return {
    evaluate: async (dataset, carried) => {
      const values = Object.fromEntries(parameters.map((p) => [p.attributes.name, carried[p.attributes.name]!]));
      const size = sizeOfDataset(dataset);
      let total = 0;
      let weights = 0;
      let right = 0;
      let labels = 0;
      for (let start = 0; start < size; start += ROWS) {
        const indices = Array.from({ length: Math.min(ROWS, size - start) }, (_, i) => start + i);
        const batch = takeBatch(dataset, indices);
        const weight = weightOf(batch);
        if (weight === 0) continue;
        const feeds = withDraws(batch, ['evaluation', start]);
        const result = await runOn(session, { ...values, ...feeds });
        total += numbers(result.loss!)[0]! * weight;
        weights += weight;
        if (!result.output) continue;
        right += countRight(result.output as Tensor<'float32'>, batch.y);
        labels += labelsThatCount(batch.y);
      }
      return { loss: total / weights, ...(output && { accuracy: right / labels }) };
    },
    release: async () => {
      await session.release()();
    },
  };
};
