import { encode } from '@hograd/graph-builder';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { lossGraph, type Model, modelNamed, modelNames } from '../src/index.js';
import { runInRuntime } from './runtime.js';
import { batchFor, evaluated, parameterValues, tinyModels, withGradient } from './tiny.js';

const named = (name: string): Model => {
  const model = modelNamed(name);
  if (!isRight(model)) throw new Error(model.left.message);
  return model.right;
};

describe('in ONNX Runtime', () => {
  it.each(modelNames)(
    '%s loads with its initial parameters and gives a finite loss of the right size',
    async (name) => {
      const model = named(name);
      const results = await runInRuntime(lossGraph(model, { seed: 1 }), batchFor(model, 2));
      const loss = results.loss!.data[0]!;
      // Unbiased guesses lose the logarithm of the number of classes; initial logits are of unit scale at most by design.
      const guess = model.loss === 'softmaxCrossEntropy' ? Math.log(model.classes) : Math.LN2;
      expect(loss, `loss ${loss}`).toBeGreaterThan(guess / 4);
      expect(loss, `loss ${loss}`).toBeLessThan(guess * 4);
      expect(results.output!.dims[0]).toBe(2);
      expect(results.output!.dims.at(-1)).toBe(model.classes);
      expect(Array.from(results.output!.data).every(Number.isFinite)).toBe(true);
    },
  );

  it.each(Object.entries(tinyModels))('%s and its gradient are the reference interpreter’s', async (_, model) => {
    const values = { ...parameterValues(model), ...batchFor(model, 3) };
    const graph = withGradient(model, 'float32');
    const [expected, actual] = [evaluated(graph, values), await runInRuntime(graph, values)];
    for (const { name } of graph.outputs) {
      const largest = Math.max(...expected[name]!.data.map(Math.abs), 1e-3);
      expected[name]!.data.forEach((value, i) => {
        expect(Math.abs(actual[name]!.data[i]! - value) / largest, `${name} ${i}`).toBeLessThan(2e-4);
      });
    }
  });

  it.each(Object.entries(tinyModels))('%s runs in float64', async (_, model) => {
    const values = { ...parameterValues(model), ...batchFor(model, 3) };
    const graph = lossGraph(model, { dtype: 'float64' });
    const [expected, actual] = [evaluated(graph, values), await runInRuntime(graph, values)];
    expect(Math.abs(actual.loss!.data[0]! - expected.loss!.data[0]!)).toBeLessThan(1e-12);
  });

  it('the same model and seed give the same bytes', () => {
    const bytes = (): Uint8Array => encode(lossGraph(named('lenet'), { seed: 3 }), { keepInitializers: true });
    expect(Buffer.compare(bytes(), bytes())).toBe(0);
  });
});
