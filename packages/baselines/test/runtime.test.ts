import { describe, expect, it } from 'vitest';
import { adam, momentum } from '../src/index.js';
import { openStep } from './onnxRuntime.js';
import { carry, loadTrajectory, startOf, stepDeviation, stepOf } from './trajectory.js';

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
    const run = await openStep(graph);
    let values = startOf(golden, graph);
    for (const t of golden.steps.keys()) {
      const outputs = await run(values);
      expect(stepDeviation(golden, t, outputs), `step ${t}`).toBeLessThan(tolerance);
      values = carry(values, outputs);
    }
    expect(values.step!.data[0]).toBe(20);
  });
});
