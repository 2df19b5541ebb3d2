/** Runs graphs in ONNX Runtime, for the tests. */

import * as G from '@hograd/graph-builder';
import * as ort from 'onnxruntime-node';
import type { Values } from './tiny.js';

/**
 * Outputs of a graph by name, computed by onnxruntime-node on the CPU. Inputs without a value are the graph's initializers,
 * written into the file.
 */
export const runInRuntime = async (
  graph: G.Graph,
  values: Values,
): Promise<Readonly<Record<string, { readonly data: ArrayLike<number>; readonly dims: readonly number[] }>>> => {
  const kept = [...graph.initializers.keys()].filter((name) => !(name in values));
  const session = await ort.InferenceSession.create(G.encode(graph, { keepInitializers: kept }), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    // Beyond `basic` the runtime folds scalar factors into the products' attribute `alpha`, which is a float32: 1e-9 in float64.
    graphOptimizationLevel: graph.outputs.some((o) => o.value.dtype === 'float64') ? 'basic' : 'all',
  });
  try {
    const feeds = session.inputNames.map((name) => {
      const { dtype } = G.inputNamed(name)(graph)!.attributes;
      const { shape, data } = values[name]!;
      return [
        name,
        new ort.Tensor(dtype as 'float32', G.tensor(data, shape, dtype).data as Float32Array, shape),
      ] as const;
    });
    return (await session.run(Object.fromEntries(feeds))) as never;
  } finally {
    await session.release();
  }
};
