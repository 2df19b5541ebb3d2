/** Running a graph over a whole data set, slice by slice. */

import { type Dataset, sizeOfDataset, takeBatch } from '@hograd/data';
import { type Graph, type Tensor, tensor } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import type { Slice } from '../means.js';
import { planMemory } from '../memoryPlan.js';
import { openGraph, runOn, type Tensors } from '../training/tensors.js';
import { weightOf } from '../training/weight.js';

export interface SweepOptions extends SessionOptions {
  readonly dtype: 'float32' | 'float64';
  /** Bytes that a slice's run may take. */
  readonly memoryLimit: number;
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
  readonly release: () => Promise<void>;
}

/** A float32 tensor in the sweep's precision. */
export const inPrecision = (dtype: SweepOptions['dtype'], value: Tensor): Tensor =>
  value.dtype === dtype ? value : tensor(Float64Array.from(value.data as Float32Array), value.shape, dtype);

/** A graph ready to sweep a data set. Refuses a device that cannot be had, and a limit that not even one example keeps. */
export const openSweep = async (graph: Graph, dataset: Dataset, options: SweepOptions): Promise<Sweep> => {
  const examples = sizeOfDataset(dataset);
  const all = { x: { shape: dataset.inputs.shape }, y: { shape: dataset.targets.shape } };
  const { slice } = planMemory(
    graph.outputs.map((o) => o.value),
    all,
    options.memoryLimit,
  );
  const session = await openGraph(graph, options);
  return {
    over: async function* (fixed) {
      for (let start = 0; start < examples; start += slice) {
        if (options.interrupted()) throw new Interrupted();
        const count = Math.min(slice, examples - start);
        const indices = Array.from({ length: count }, (_, i) => start + i);
        const { x, y } = takeBatch(dataset, indices);
        const weight = weightOf({ y });
        if (weight === 0) continue;
        yield { count: weight, values: await runOn(session, { ...fixed, x: inPrecision(options.dtype, x), y }) };
      }
    },
    release: async () => {
      await session.release()();
    },
  };
};
