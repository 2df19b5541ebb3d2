/** Runs graphs in ONNX Runtime, for tests. */

import { encode, type Graph, tensor } from '@hograd/graph-builder';
import * as ort from 'onnxruntime-node';
import type { Values } from './perceptron.js';

/** A graph as a function from its inputs' values to its outputs', in the graph's own types. */
export const openGraph = async (graph: Graph): Promise<(values: Values) => Promise<Values>> => {
  const session = await ort.InferenceSession.create(encode(graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    // The next level fuses a product with a scalar into FusedMatMul, whose `alpha` is float32 even in a float64 graph.
    graphOptimizationLevel: 'basic',
  });
  return async (values) => {
    const feeds = graph.inputs.map(({ attributes: { name, dtype } }) => {
      const { shape, data } = values[name]!;
      return [
        name,
        new ort.Tensor(dtype as 'float64', tensor(data, shape, dtype).data as Float64Array, shape),
      ] as const;
    });
    const outputs = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: Float64Array.from(data as Float64Array) },
      ]),
    );
  };
};
