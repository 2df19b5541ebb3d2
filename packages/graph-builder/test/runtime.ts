/** Runs encoded graphs in ONNX Runtime, for the tests of the encoder. */

import * as ort from 'onnxruntime-node';
import * as G from '../src/index.js';

/** Values of a graph's outputs by name, computed by onnxruntime-node on the CPU. */
export const run = async (
  bytes: Uint8Array,
  feeds: Readonly<Record<string, G.Tensor>>,
): Promise<Readonly<Record<string, { readonly data: ArrayLike<number>; readonly dims: readonly number[] }>>> => {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const named = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const tensors = named.map(
      ([name, t]) => [name, new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape)] as const,
    );
    return (await session.run(Object.fromEntries(tensors))) as never;
  } finally {
    await session.release();
  }
};

/** Plain numbers as the tensors that a graph's inputs ask for; inputs without one keep the value that came with the graph. */
export const feedsFor = (
  graph: G.Graph,
  values: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float64Array }>>,
): Readonly<Record<string, G.Tensor>> =>
  Object.fromEntries(
    graph.inputs.map((i) => {
      const { name, dtype } = i.attributes;
      const value = values[name];
      return [name, value ? G.tensor(value.data, value.shape, dtype) : graph.initializers.get(name)!];
    }),
  );
