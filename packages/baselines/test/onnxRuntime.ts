/** Train steps in ONNX Runtime. */

import * as G from '@hograd/graph-builder';
import * as ort from 'onnxruntime-node';
import type { Values } from './trajectory.js';

/** An exported train step as a function from values of its inputs to values of its outputs. */
export const openStep = async (graph: G.Graph): Promise<(values: Values) => Promise<Values>> => {
  const session = await ort.InferenceSession.create(G.encode(graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return async (values) => {
    const feeds = graph.inputs.map(({ attributes: { name, dtype } }) => {
      const { shape, data } = values[name]!;
      const typed = G.tensor(data, shape, dtype);
      return [name, new ort.Tensor(dtype as 'float32', typed.data as Float32Array, shape)] as const;
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
