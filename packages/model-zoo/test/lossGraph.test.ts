import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoencoder, bernoulliCrossEntropy, gpt, initialize, initializers, lossGraph, mlp } from '../src/index.js';
import { batchFor, evaluated, parameterValues, tinyModels } from './tiny.js';

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
    const short = new Map([...values].map(([name, value]) => [name, { ...value, data: new Float32Array(1) }]));
    expect(() => lossGraph(model, { values: short })).toThrow(/has 1 elements; float32\[.*\] takes \d+/);
    expect(() => lossGraph(model, { initializer: () => new Float64Array(1) })).toThrow(
      /the initializer gives 1 values for ".*"; shape \[.*\] takes \d+/,
    );
    expect(() => lossGraph(model, { values, dtype: 'float64' })).toThrow(
      /the value of "0.weight" is float32\[5, 4\]; it must be float64\[5, 4\]/,
    );
  });

  it('refuses a loss that there is not, and names those that there are', () => {
    const known = 'it must be "softmaxCrossEntropy", "meanSquaredError" or "bernoulliCrossEntropy"';
    for (const loss of ['hinge', 'constructor'] as never[]) {
      expect(() => lossGraph(model, { loss })).toThrow(G.GraphError);
      expect(() => lossGraph(model, { loss })).toThrow(`lossGraph: loss is "${loss}"; ${known}`);
      expect(() => lossGraph({ ...model, loss })).toThrow(`lossGraph: loss is "${loss}"; ${known}`);
    }
  });

  it('takes other initial parameters', () => {
    const graph = lossGraph(model, { initializer: initializers.filled(2) });
    for (const value of graph.initializers.values()) expect(new Set(value.data as Float32Array)).toEqual(new Set([2]));
  });

  it('of a language model takes tokens and a label for each, and is the mean over all of them', () => {
    const language = gpt({ blocks: 1, heads: 1, width: 2, vocabulary: 7, context: 5 });
    const graph = lossGraph(language, { dtype: 'float64' });
    expect(signature(graph).slice(0, 3)).toEqual(['x int64[N, 5]', 'y int64[N, 5]', 'wte.weight float64[7, 2]']);
    expect(G.describe(graph.outputs[1]!.value)).toBe('float64[N, 5, 7]');
    const batch = batchFor(language, 2);
    const { loss, output } = evaluated(graph, { ...parameterValues(language), ...batch });
    const rows = Array.from(batch.y.data, (label, n) => {
      const logits = output!.data.slice(7 * n, 7 * (n + 1));
      return Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[label]!;
    });
    expect(loss!.data[0]).toBeCloseTo(rows.reduce((a, b) => a + b) / 10, 12);
  });

  it('of an autoencoder takes targets of its input’s shape; both losses see the same reconstruction', () => {
    const graph = lossGraph(autoencoder({ sizes: [6, 4, 2] }), { dtype: 'float64' });
    expect(signature(graph).slice(0, 2)).toEqual(['x float64[N, 6]', 'y float64[N, 6]']);
    const described = tinyModels['autoencoder, Bernoulli']!;
    const values = { ...parameterValues(described), ...batchFor(described, 3) };
    const { loss, output } = evaluated(graph, values);
    const p = output!.data.map((z) => 1 / (1 + Math.exp(-z)));
    const entropy = p.reduce((sum, v, i) => {
      const t = values.y.data[i]!;
      return sum - t * Math.log(v) - (1 - t) * Math.log(1 - v);
    }, 0);
    expect(loss!.data[0]).toBeCloseTo(entropy / 18, 12);
    const squared = lossGraph(autoencoder({ sizes: [6, 4, 2], loss: 'meanSquaredError' }), { dtype: 'float64' });
    evaluated(squared, values).output!.data.forEach((v, i) => {
      expect(v).toBeCloseTo(p[i]!, 14);
    });
  });
});

describe('the Bernoulli cross-entropy', () => {
  it('takes targets of the logits’ shape and no others: nothing broadcasts', () => {
    const shape = fc.array(fc.constantFrom<G.Shape[number]>('N', 1, 2), { maxLength: 3 });
    fc.assert(
      fc.property(shape, shape, (logits, targets) => {
        const build = () => bernoulliCrossEntropy(G.input('z', logits, 'float64'), G.input('t', targets, 'float64'));
        if (JSON.stringify(logits) === JSON.stringify(targets)) expect(build().shape).toEqual([]);
        else expect(build).toThrow(G.GraphError);
      }),
    );
    const [z, t] = [G.input('z', ['N', 1], 'float64'), G.input('t', ['N'], 'float64')];
    expect(() => bernoulliCrossEntropy(z, t)).toThrow(
      'bernoulliCrossEntropy: targets float64[N] are not of the shape of logits float64[N, 1]; reshape one of them',
    );
  });

  it('neither overflows nor loses its value at logits of any size', () => {
    const [z, t] = [G.input('z', [4], 'float64'), G.input('t', [4], 'float64')];
    const [loss] = G.evaluate([bernoulliCrossEntropy(z, t)], {
      z: { shape: [4], data: Float64Array.of(1e4, -1e4, 1e4, 0) },
      t: { shape: [4], data: Float64Array.of(1, 0, 0.25, 0.5) },
    });
    expect(loss!.data[0]).toBeCloseTo((0.75 * 1e4 + Math.LN2) / 4, 9);
  });
});
