/** Running a graph over a whole data set, slice by slice. */

import { type Dataset, sizeOfDataset, takeBatch } from '@hograd/data';
import type { Graph } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import { range } from 'd3-array';
import type { Slice } from '../means.js';
import { planMemory } from '../memoryPlan.js';
import { inPrecision, openGraph, runOn, type Tensors } from '../training/tensors.js';
import { arraysOf } from '../training/trainable.js';
import { weightOf } from '../training/weight.js';

export interface SweepOptions extends SessionOptions {
  readonly dtype: 'float32' | 'float64';
  /** Asked before every slice. */
  readonly interrupted: () => boolean;
}

/** The user asked to stop in the middle of a sweep, which is of no use then. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface Sweep {
  /** The slices in order, as they are done, but those in which no label counts. `fixed` are the values that are not the batch's. Throws Interrupted. */
  readonly over: (fixed: Tensors) => AsyncIterable<Slice>;
  /** Examples of those indices at once; undefined where none of their labels counts. */
  readonly at: (fixed: Tensors, indices: readonly number[]) => Promise<Slice | undefined>;
  readonly release: () => Promise<void>;
}

/** How many examples of a data set fit a run of each of the graphs, under a limit in bytes. Refuses a limit that not even one example keeps. */
export const sliceFor = (graphs: readonly Graph[], dataset: Dataset, memoryLimit: number): number => {
  const all = arraysOf(dataset);
  return Math.min(
    ...graphs.map(
      ({ outputs }) =>
        planMemory(
          outputs.map((o) => o.value),
          all,
          memoryLimit,
        ).slice,
    ),
  );
};

/** A graph ready to sweep a data set in slices of so many examples. Refuses a device that cannot be had. */
export const openSweep = async (
  graph: Graph,
  dataset: Dataset,
  slice: number,
  options: SweepOptions,
): Promise<Sweep> => {
  const examples = sizeOfDataset(dataset);
  const session = await openGraph(graph, options);
  const at: Sweep['at'] = async (fixed, indices) => {
    const batch = takeBatch(dataset, indices);
    const count = weightOf(batch);
    if (count === 0) return undefined;
    const own = Object.entries(batch).map(([name, value]) => [name, inPrecision(options.dtype, value)] as const);
    return { count, values: await runOn(session, { ...fixed, ...Object.fromEntries(own) }) };
  };
  return {
    at,
    over: async function* (fixed) {
      for (let start = 0; start < examples; start += slice) {
        if (options.interrupted()) throw new Interrupted();
        const done = await at(fixed, range(start, Math.min(start + slice, examples)));
        if (done) yield done;
      }
    },
    release: async () => {
      await session.release()();
    },
  };
};
