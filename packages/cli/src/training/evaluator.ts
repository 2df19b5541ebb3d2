/** Mean loss and accuracy over whole data sets. */

import { type LabelledDataset, sizeOfDataset, takeBatch } from '@hograd/data';
import { type Expr, type Input, makeGraph, type Tensor } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import { asFeeds, numbers, openGraph, runOn, type Tensors } from './tensors.js';

/** Rows evaluated at once. */
const ROWS = 1000;

const argmax = (row: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
};

export interface Evaluator {
  readonly evaluate: (
    dataset: LabelledDataset,
    parameters: Tensors,
  ) => Promise<{ readonly loss: number; readonly accuracy: number }>;
  readonly release: () => Promise<void>;
}

/**
 * Evaluates a mean loss and logits [N, classes], in slices weighted by their sizes. Refuses a device that cannot be
 * had.
 */
export const makeEvaluator = async (
  loss: Expr,
  output: Expr,
  parameters: readonly Input[],
  options: SessionOptions,
): Promise<Evaluator> => {
  const session = await openGraph(
    makeGraph([
      { name: 'loss', value: loss },
      { name: 'output', value: output },
    ]),
    options,
  );
  return {
    evaluate: async (dataset, carried) => {
      const values = Object.fromEntries(parameters.map((p) => [p.attributes.name, carried[p.attributes.name]!]));
      const size = sizeOfDataset(dataset);
      let total = 0;
      let right = 0;
      for (let start = 0; start < size; start += ROWS) {
        const indices = Array.from({ length: Math.min(ROWS, size - start) }, (_, i) => start + i);
        const batch = takeBatch(dataset, indices);
        const result = await runOn(session, { ...values, ...asFeeds(batch) });
        const logits = result.output as Tensor<'float32'>;
        const classes = logits.shape[1]!;
        total += numbers(result.loss!)[0]! * indices.length;
        for (let i = 0; i < indices.length; i++) {
          if (argmax(logits.data.subarray(i * classes, (i + 1) * classes)) === Number(batch.y.data[i])) right += 1;
        }
      }
      return { loss: total / size, accuracy: right / size };
    },
    release: async () => {
      await session.release()();
    },
  };
};
