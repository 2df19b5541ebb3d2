import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialize, lossGraph, type Model, mlp, paperMlp } from '../src/index.js';

const toValue = ({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}): G.Value => ({
  shape,
  data: Float64Array.from(data),
});

/** Outputs of a float64 loss graph, from parameters by name. */
const run = (model: Model, parameters: Readonly<Record<string, G.Value>>, x: G.Value, y: G.Value) => {
  const graph = lossGraph(model, { dtype: 'float64' });
  const [loss, output] = G.evaluate(
    graph.outputs.map((o) => o.value),
    { ...parameters, x, y },
  );
  return { loss: loss!.data[0]!, output: Array.from(output!.data) };
};

describe('the paper’s models', () => {
  it('name parameters as PyTorch does, weights [out, in] before biases', () => {
    expect(paperMlp().parameters.slice(0, 3)).toMatchObject([
      { name: '0.weight', shape: [1024, 784], kind: 'weight', fanIn: 784, fanOut: 1024 },
      { name: '0.bias', shape: [1024], kind: 'bias', fanIn: 784, fanOut: 1024 },
      { name: '1.weight', shape: [200, 1024], kind: 'weight', fanIn: 1024, fanOut: 200 },
    ]);
  });
});

describe('forward', () => {
  it('gives PyTorch’s loss on the golden network 6-7-5-3', () => {
    const file = new URL('../../../test-fixtures/golden/trajectory-adam.json', import.meta.url);
    const golden = JSON.parse(readFileSync(fileURLToPath(file), 'utf8'));
    const model = mlp({ sizes: [6, 7, 5, 3], activation: 'tanh' });
    const parameters = Object.fromEntries(
      model.parameters.map(({ name, shape }, i) => {
        expect(golden.params[i]).toMatchObject({ name: `layers.${name}`, shape });
        return [name, toValue(golden.params[i])];
      }),
    );
    const { loss } = run(model, parameters, toValue(golden.x), toValue(golden.y));
    expect(Math.abs(loss - golden.steps[0].loss)).toBeLessThan(1e-12);
  });

  it('of one linear layer is x·Wᵀ + b', () => {
    const { output } = run(
      mlp({ sizes: [2, 2], activation: 'elu' }),
      { '0.weight': toValue({ shape: [2, 2], data: [1, 2, 3, 4] }), '0.bias': toValue({ shape: [2], data: [10, 20] }) },
      toValue({ shape: [1, 2], data: [5, -1] }),
      toValue({ shape: [1], data: [0] }),
    );
    expect(output).toEqual([13, 31]);
  });

  it('is the same function in the NTK parameterisation once each weight is multiplied by √fan_in', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 });
    const activation = fc.constantFrom('tanh', 'elu', 'relu', 'sigmoid');
    fc.assert(
      fc.property(sizes, activation, fc.nat(), (sizes, activation, seed) => {
        const standard = mlp({ sizes, activation });
        const ntk = mlp({ sizes, activation, scaling: 'ntk' });
        const values = initialize(standard, { seed, dtype: 'float64' });
        const parameters = (scaled: boolean) =>
          Object.fromEntries(
            standard.parameters.map(({ name, shape, kind, fanIn }) => {
              const factor = scaled && kind === 'weight' ? Math.sqrt(fanIn) : 1;
              // Biases of zero would hide a bias that is scaled too.
              const shift = kind === 'bias' ? 0.3 : 0;
              const data = (values.get(name)!.data as Float64Array).map((v) => v * factor + shift);
              return [name, toValue({ shape, data })];
            }),
          );
        const x = toValue({
          shape: [2, sizes[0]!],
          data: Array.from({ length: 2 * sizes[0]! }, (_, i) => Math.sin(i)),
        });
        const y = toValue({ shape: [2], data: [0, sizes.at(-1)! - 1] });
        const a = run(standard, parameters(false), x, y);
        const b = run(ntk, parameters(true), x, y);
        a.output.forEach((value, i) => {
          expect(b.output[i]).toBeCloseTo(value, 12);
        });
        expect(b.loss).toBeCloseTo(a.loss, 12);
      }),
      { numRuns: 40 },
    );
  });
});

describe('what a perceptron refuses', () => {
  it.each([
    [{ sizes: [3] }, /sizes are \[3\]; give the input's size, then each layer's/],
    [{ sizes: [3, 0, 2] }, /each must be a positive integer/],
    [{ sizes: [3, 2.5] }, /each must be a positive integer/],
    [{ sizes: [3, 2], sigma: 0 }, /sigma is 0; it must be a positive number/],
    [{ sizes: [3, 2], sigma: Number.NaN }, /sigma is NaN/],
  ])('%j', (options, message) => {
    expect(() => mlp({ activation: 'tanh', ...options })).toThrow(G.GraphError);
    expect(() => mlp({ activation: 'tanh', ...options })).toThrow(message);
  });

  it('parameters that are missing or of another shape, and inputs of another size', () => {
    const model = mlp({ sizes: [3, 2], activation: 'tanh' });
    const weight = G.input('0.weight', [2, 3]);
    const bias = G.input('0.bias', [2]);
    const x = G.input('x', ['N', 3]);
    expect(() => model.forward({ '0.weight': weight }, x)).toThrow(/parameter "0.bias" \[2\] is missing/);
    expect(() => model.forward({ '0.weight': weight, '0.bias': G.input('0.bias', [1]) }, x)).toThrow(
      /parameter "0.bias" is float32\[1\]; its shape must be \[2\]/,
    );
    expect(() => model.forward({ '0.weight': weight, '0.bias': bias }, G.input('x', ['N', 4]))).toThrow(G.GraphError);
  });
});
