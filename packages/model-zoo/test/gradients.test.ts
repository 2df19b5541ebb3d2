import * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { lossGraph } from '../src/index.js';
import { batchFor, dot, evaluated, parameterValues, sequence, tinyModels, withGradient } from './tiny.js';

describe('the gradient of', () => {
  it.each(Object.entries(tinyModels))(
    '%s is the difference quotient of its loss, parameter by parameter',
    (_, model) => {
      const values = { ...parameterValues(model), ...batchFor(model, 3) };
      const results = evaluated(withGradient(model, 'float64'), values);
      const loss = [G.outputNamed('loss')(lossGraph(model, { dtype: 'float64' }))!];
      const quotient = (name: string, direction: Float64Array, h: number): number => {
        const at = (t: number): number => {
          const { shape, data } = values[name as keyof typeof values] as G.Value;
          const moved = { shape, data: data.map((v, i) => v + t * direction[i]!) };
          return G.evaluate(loss, { ...values, [name]: moved })[0]!.data[0]!;
        };
        return (at(h) - at(-h)) / (2 * h);
      };
      const slopes = model.parameters.map(({ name }) => {
        const gradient = results[`grad.${name}`]!.data;
        expect(gradient.every(Number.isFinite)).toBe(true);
        const direction = sequence(gradient.length, 3);
        // Small steps, so that no relu and no maximum changes sides on the way; extrapolated once.
        const [coarse, fine] = [quotient(name, direction, 2e-5), quotient(name, direction, 1e-5)];
        return { name, exact: dot(gradient, direction), estimate: (4 * fine - coarse) / 3 };
      });
      const largest = Math.max(...slopes.map((s) => Math.abs(s.exact)));
      expect(largest).toBeGreaterThan(1e-3);
      for (const { name, exact, estimate } of slopes) {
        expect(Math.abs(exact - estimate) / largest, name).toBeLessThan(1e-7);
      }
    },
  );
});

describe('attention', () => {
  it('reads no later token: the outputs at a position stay as they are when a later token changes', () => {
    const model = tinyModels.gpt!;
    const graph = lossGraph(model, { dtype: 'float64' });
    const { x, y } = batchFor(model, 1);
    const output = (tokens: readonly number[]): Float64Array => {
      const values = { ...parameterValues(model), x: { shape: x.shape, data: Float64Array.from(tokens) }, y };
      return evaluated(graph, values).output!.data;
    };
    const [before, after] = [output([1, 2, 3]), output([1, 2, 4])];
    const firstTwo = 2 * model.classes;
    expect(after.slice(0, firstTwo)).toEqual(before.slice(0, firstTwo));
    expect(after.slice(firstTwo)).not.toEqual(before.slice(firstTwo));
  });
});

describe('batch normalisation', () => {
  it('is in its training form: outputs depend on the rest of the batch, and not on the input’s scale', () => {
    const model = tinyModels['resnet18, stem for CIFAR']!;
    const graph = lossGraph(model, { dtype: 'float64' });
    const { x, y } = batchFor(model, 3);
    const output = (data: Float64Array): Float64Array =>
      evaluated(graph, { ...parameterValues(model), x: { ...x, data }, y }).output!.data;
    const plain = output(x.data);
    const scaled = output(x.data.map((v) => 100 * v));
    plain.forEach((v, i) => {
      expect(scaled[i]).toBeCloseTo(v, 3);
    });
    const perExample = x.data.length / 3;
    const moved = output(x.data.map((v, i) => (i < 2 * perExample ? v : v + 1)));
    expect(Math.abs(moved[0]! - plain[0]!)).toBeGreaterThan(1e-6);
  });
});
