import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { autoencoder, deepMlp, lenet, type Model, vgg11 } from '../src/index.js';
import { dot, evaluated, withGradient } from './tiny.js';

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly params: readonly Stored[];
  readonly direction: readonly Stored[];
  readonly x: Stored;
  readonly y: Stored;
  readonly partition: readonly (readonly number[])[];
  readonly loss: number;
  readonly gbar: readonly number[];
}

const read = (name: string): Case =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../test-fixtures/golden/case-${name}.json`, import.meta.url)), 'utf8'),
  );

const toValue = ({ shape, data }: Stored): G.Value => ({ shape, data: Float64Array.from(data) });

/** Small versions of the paper's models, whose loss and projected gradient its author's code computed. */
const cases: readonly (readonly [string, Model])[] = [
  ['deep-trivial', deepMlp({ depth: 11, width: 6, inputs: 5, classes: 4 })],
  ['lenet-tiny', lenet({ inputShape: [3, 16, 16], channels: [3, 4], kernels: [5, 3], hidden: [12, 9], classes: 5 })],
  ['vgg-tiny', vgg11({ inputShape: [3, 16, 16], plan: [4, 'M', 5, 'M', 6, 6, 'M', 7, 8, 'M'], classes: 6 })],
  ['autoencoder-mse', autoencoder({ sizes: [10, 7, 3], activation: 'tanh', loss: 'meanSquaredError' })],
];

describe('the author’s numbers', () => {
  it.each(cases)('of %s', (name, model) => {
    const golden = read(name);
    expect(model.inputShape).toEqual(golden.x.shape.slice(1));
    expect(model.parameters.map((p) => p.shape)).toEqual(golden.params.map((p) => p.shape));
    const values = {
      x: toValue(golden.x),
      y: toValue(golden.y),
      ...Object.fromEntries(model.parameters.map((p, i) => [p.name, toValue(golden.params[i]!)])),
    };
    const results = evaluated(withGradient(model, 'float64'), values);
    expect(Math.abs(results.loss!.data[0]! - golden.loss)).toBeLessThan(1e-12);
    const gbar = golden.partition.map((group) =>
      group.reduce(
        (sum, p) => sum + dot(results[`grad.${model.parameters[p]!.name}`]!.data, golden.direction[p]!.data),
        0,
      ),
    );
    const largest = Math.max(...golden.gbar.map(Math.abs));
    gbar.forEach((g, s) => {
      expect(Math.abs(g - golden.gbar[s]!) / largest, `group ${s}`).toBeLessThan(1e-10);
    });
  });
});
