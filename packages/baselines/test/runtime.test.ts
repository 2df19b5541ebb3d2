import * as G from '@hograd/graph-builder';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { adam, momentum } from '../src/index.js';
import { carry, loadTrajectory, startOf, stepDeviation, stepOf, type Values } from './trajectory.js';

/** Runs an exported train step in ONNX Runtime on values of its inputs. */
const runner = async (graph: G.Graph) => {
  const session = await ort.InferenceSession.create(G.encode(graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
  });
  return async (values: Values): Promise<Values> => {
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

describe.each([
  ['sgd-momentum', momentum({ beta: 0.9 })],
  ['adam', adam()],
] as const)('the exported step of %s in ONNX Runtime', (name, direction) => {
  it.each([
    ['float64', 1e-7],
    ['float32', 1e-4],
  ] as const)('%s follows the trajectory within %d', async (dtype, tolerance) => {
    const golden = loadTrajectory(name);
    const graph = stepOf(golden, direction, dtype);
    const run = await runner(graph);
    let values = startOf(golden, graph);
    for (const t of golden.steps.keys()) {
      const outputs = await run(values);
      expect(stepDeviation(golden, t, outputs), `step ${t}`).toBeLessThan(tolerance);
      values = carry(values, outputs);
    }
    expect(values.step!.data[0]).toBe(20);
  });
});
