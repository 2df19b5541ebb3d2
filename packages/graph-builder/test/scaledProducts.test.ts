import { describe, expect, it } from 'vitest';
import { topologicalOrder } from '../src/expr.js';
import * as G from '../src/index.js';
import { relativeError } from './golden.js';

const wave = (shape: readonly number[], seed: number) => ({
  shape,
  data: Float64Array.from({ length: G.elementCount(shape) }, (_, i) => Math.sin(1.3 * i + seed)),
});

const x = G.input('x', [2, 5, 3], 'float64');
const parameters = ['q', 'k', 'v'].map((name) => G.input(name, [3, 3], 'float64'));
const groups: G.Groups = parameters.map((parameter) => [
  { parameter, direction: G.input(`u.${parameter.attributes.name}`, [3, 3], 'float64') },
]);
const values = {
  x: wave([2, 5, 3], 1),
  ...Object.fromEntries(['q', 'k', 'v', 'u.q', 'u.k', 'u.v'].map((name, i) => [name, wave([3, 3], 2 * i)])),
};
const [q, k, v] = parameters.map((w) => G.matmul(x, w)) as [G.Expr, G.Expr, G.Expr];
const scores = G.matmul(q, G.transpose(k, [0, 2, 1]));
const mask = G.constant(G.tensor(wave([5, 5], 9).data, [5, 5], 'float64'));
const lossOf = (scaled: G.Expr): G.Expr => G.reduceSum(G.tanh(G.matmul(G.softmax(scaled), v)));

const numbersOf = (loss: G.Expr, engine: 'stacked' | 'generic', order: 2 | 3): number[] => {
  const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine, order });
  return G.evaluate([gbar, Hbar!, ...(D3 ? [D3] : [])], values).flatMap(({ data }) => [...data]);
};

describe('a product and a number', () => {
  it.each<readonly [string, G.Expr]>([
    ['multiplied', G.mul(scores, 0.4)],
    ['multiplied, and a mask added', G.add(G.mul(scores, 0.4), mask)],
    ['a mask added alone', G.add(scores, mask)],
    ['multiplied by a number of the run', G.mul(scores, G.reduceSum(G.square(x)))],
    ['multiplied by a number that moves', G.mul(scores, G.reduceSum(parameters[0]!))],
    ['multiplied twice, and read in between', G.add(G.mul(G.mul(scores, 0.4), 0.5), G.tanh(G.mul(scores, 0.4)))],
    ['multiplied elementwise', G.matmul(G.mul(G.mul(q, k), 0.4), G.transpose(k, [0, 2, 1]))],
    ['multiplied by a number for each row', G.mul(scores, G.constant(G.tensor([1, 2, 3, 4, 5], [5, 1], 'float64')))],
  ])('%s: the summary is that of the entries one by one', (_, scaled) => {
    const loss = lossOf(scaled);
    for (const order of [2, 3] as const) {
      const expected = numbersOf(loss, 'generic', order);
      expect(relativeError(Float64Array.from(expected), numbersOf(loss, 'stacked', order))).toBeLessThan(1e-12);
    }
  });

  it.each([2, 3] as const)('no stack of products is multiplied by the number, at order %d', (order) => {
    const scaledStacks = (loss: G.Expr): number => {
      const { gbar, Hbar, D3 } = G.summary(loss, groups, { order });
      return topologicalOrder([gbar, Hbar!, ...(D3 ? [D3] : [])]).filter(
        ({ op, shape, args }) => op.name === 'mul' && shape.length === 4 && args.some((arg) => arg.shape.length === 0),
      ).length;
    };
    const masked = lossOf(G.add(G.mul(scores, 0.4), mask));
    expect(scaledStacks(masked)).toBe(0);
    // Where the product has another reader there are some, so the count sees them.
    const readTwice = G.add(masked, G.reduceSum(G.square(G.softmax(scores))));
    expect(scaledStacks(readTwice)).toBeGreaterThan(0);
  });
});
