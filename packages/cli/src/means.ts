/** Means over slices of a batch, weighted by their examples: the summary's monoid (math of arXiv 2312.03885, §3). */

import { type Tensor, tensor } from '@hograd/graph-builder';
import type { Tensors } from './training/tensors.js';

/** Outputs over a slice, means over its `count` examples. */
export interface Slice {
  readonly count: number;
  readonly values: Tensors;
}

/**
 * Means over all slices of the outputs of those names (default: all of the first slice's), accumulated in float64, each slice let go before
 * the next. A single slice's values are given as they are.
 */
export const meansOf = async (slices: AsyncIterable<Slice>, names?: readonly string[]): Promise<Tensors> => {
  const sums = new Map<string, Pick<Tensor, 'shape' | 'dtype'> & { readonly data: Float64Array }>();
  let total = 0;
  let only: Slice | undefined;
  const include = ({ count, values }: Slice): void => {
    total += count;
    for (const name of names ?? Object.keys(values)) {
      const { shape, dtype, data: own } = values[name]!;
      const { data } = sums.get(name) ?? { data: new Float64Array(own.length) };
      for (let i = 0; i < data.length; i++) data[i]! += count * Number(own[i]);
      sums.set(name, { shape, dtype, data });
    }
  };
  for await (const slice of slices) {
    if (total === 0 && only === undefined) {
      only = slice;
      continue;
    }
    if (only) include(only);
    only = undefined;
    include(slice);
  }
  if (only) return names ? Object.fromEntries(names.map((name) => [name, only!.values[name]!])) : only.values;
  return Object.fromEntries(
    [...sums].map(([name, { shape, dtype, data }]) => [
      name,
      tensor(
        data.map((sum) => sum / total),
        shape,
        dtype,
      ),
    ]),
  );
};
