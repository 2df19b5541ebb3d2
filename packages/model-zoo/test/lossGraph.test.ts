import * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { initialize, lossGraph, mlp } from '../src/index.js';

const model = mlp({ sizes: [4, 5, 3], activation: 'tanh' });
const signature = (graph: G.Graph) => graph.inputs.map((i) => `${i.attributes.name} ${G.describe(i)}`);

describe('the loss graph of a model', () => {
  it('takes a batch of any size and the parameters; gives loss and output', () => {
    const graph = lossGraph(model);
    expect(signature(graph)).toEqual([
      'x float32[N, 4]',
      'y int64[N]',
      '0.weight float32[5, 4]',
      '0.bias float32[5]',
      '1.weight float32[3, 5]',
      '1.bias float32[3]',
    ]);
    expect(graph.outputs.map(({ name, value }) => `${name} ${G.describe(value)}`)).toEqual([
      'loss float32[]',
      'output float32[N, 3]',
    ]);
  });

  it('carries the initial parameters of its seed', () => {
    expect(lossGraph(model, { seed: 5, dtype: 'float64' }).initializers).toEqual(
      initialize(model, { seed: 5, dtype: 'float64' }),
    );
  });

  it('with squared error takes targets, and is their mean squared distance', () => {
    const graph = lossGraph(model, { loss: 'meanSquaredError', dtype: 'float64' });
    expect(signature(graph)[1]).toBe('y float64[N, 3]');
    const values = {
      x: { shape: [2, 4], data: Float64Array.of(1, -2, 0.5, 3, 0, 1, -1, 2) },
      y: { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) },
      ...Object.fromEntries(
        [...graph.initializers].map(([name, t]) => [name, { shape: t.shape, data: t.data as Float64Array }]),
      ),
    };
    const [loss, output] = G.evaluate(
      graph.outputs.map((o) => o.value),
      values,
    );
    const expected = output!.data.reduce((sum, v, i) => sum + (v - values.y.data[i]!) ** 2, 0) / 6;
    expect(loss!.data[0]).toBeCloseTo(expected, 12);
  });

  it('refuses values that are not the model’s', () => {
    const values = initialize(model, { seed: 1 });
    expect(lossGraph(model, { values }).initializers).toEqual(values);
    expect(() => lossGraph(model, { values: new Map([...values].slice(1)) })).toThrow(
      /the value of "0.weight" is missing; it must be float32\[5, 4\]/,
    );
    expect(() => lossGraph(model, { values, dtype: 'float64' })).toThrow(
      /the value of "0.weight" is float32\[5, 4\]; it must be float64\[5, 4\]/,
    );
  });
});
