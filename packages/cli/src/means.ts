/** Means over slices of a batch, weighted by their examples: the summary's monoid (math of arXiv 2312.03885, §3). */

import { type Tensor, tensor } from '@hograd/graph-builder';
import type { Tensors } from './training/tensors.js';

/** Outputs over a slice, means over its `count` examples or labels. */
export interface Slice {
  readonly count: number;
  readonly values: Tensors;
}

/**
 * Means over all slices of the outputs of those names (default: all), accumulated in float64, each slice let go before the next. The
 * mean so far moves by its share of the difference, so that a single slice's values come out as they are.
 */
export const meansOf = async (slices: AsyncIterable<Slice>, names?: readonly string[]): Promise<Tensors> => {
  const means = new Map<string, Pick<Tensor, 'shape' | 'dtype'> & { readonly data: Float64Array }>();
  let total = 0;
  for await (const { count, values } of slices) {
    total += count;
    for (const name of names ?? Object.keys(values)) {
      const { shape, dtype, data: own } = values[name]!;
      const { data } = means.get(name) ?? { data: new Float64Array(own.length) };
      for (let i = 0; i < data.length; i++) data[i]! += (count / total) * (Number(own[i]) - data[i]!);
      means.set(name, { shape, dtype, data });
    }
  }
  return Object.fromEntries([...means].map(([name, { shape, dtype, data }]) => [name, tensor(data, shape, dtype)]));
};
