/** Files that take logarithms of probabilities: read by the logits, so that neither they nor their derivatives are infinite. */

import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectClose } from './oneNode.js';
import { feedsFor, run } from './runtime.js';

/** Logits at which σ(z), 1 − σ(z) or both round to what has no logarithm in one precision or the other. */
const LOGITS = [-800, -120, -30, -1.5, -1e-3, 0, 0.7, 18, 40, 200, 900, 3];

const z = G.input('z', [3, 4], 'float64');
const w = G.input('w', [3, 4], 'float64');
const weights = LOGITS.map((_, i) => 1 + (i % 3));
const directions = LOGITS.map((_, i) => 0.5 + (i % 5) / 4);

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const slope = (x: number): number => sigma(x) * sigma(-x);

interface Elementwise {
  readonly written: (z: G.Expr) => G.Expr;
  readonly value: (z: number) => number;
  /** First to third derivative. */
  readonly derivatives: readonly ((z: number) => number)[];
}

const logOfSigmoid: Omit<Elementwise, 'written'> = {
  value: (x) => -softplus(-x),
  derivatives: [(x) => sigma(-x), (x) => -slope(x), (x) => -slope(x) * (1 - 2 * sigma(x))],
};
const logOfOther: Omit<Elementwise, 'written'> = {
  value: (x) => -softplus(x),
  derivatives: [(x) => -sigma(x), (x) => -slope(x), (x) => -slope(x) * (1 - 2 * sigma(x))],
};

const cases: Readonly<Record<string, Elementwise>> = {
  'log σ(z)': { written: (x) => G.log(G.sigmoid(x)), ...logOfSigmoid },
  'log of a reshaped σ(z)': {
    written: (x) => G.reshape(G.log(G.reshape(G.sigmoid(x), [12])), [3, 4]),
    ...logOfSigmoid,
  },
  'log(1 − σ(z))': { written: (x) => G.log(G.sub(1, G.sigmoid(x))), ...logOfOther },
  'log(1 + (−σ(z)))': { written: (x) => G.log(G.add(G.neg(G.sigmoid(x)), 1)), ...logOfOther },
  'log(1 + eᶻ)': {
    written: (x) => G.log(G.add(G.exp(x), 1)),
    value: softplus,
    derivatives: logOfOther.derivatives.map((d) => (x) => -d(x)),
  },
};

/** A file that computes an output of z, read again. */
const read = (value: G.Expr, dtype: 'float64' | 'float32' = 'float64'): G.Expr => {
  const file = G.encode(G.castGraph(dtype)(G.makeGraph([{ name: 'out', value }])));
  const graph = G.decode(file);
  if (E.isLeft(graph)) throw new Error(graph.left.message);
  return G.outputNamed('out')(graph.right)!;
};

const at = {
  z: { shape: [3, 4], data: Float64Array.from(LOGITS) },
  w: { shape: [3, 4], data: Float64Array.from(weights) },
  u: { shape: [3, 4], data: Float64Array.from(directions) },
};

/** Loss, gradient and ḡ, H̄, D3 along u of Σ w f(z), as a file has it. */
const outputsOf = (f: (z: G.Expr) => G.Expr, dtype?: 'float32'): readonly G.Expr[] => {
  const loss = read(G.reduceSum(G.mul(f(z), w)), dtype);
  const typed = (name: string): G.Expr => G.input(name, [3, 4], dtype ?? 'float64');
  const { gbar, Hbar, D3 } = G.summary(loss, [[{ parameter: typed('z') as G.Input, direction: typed('u') }]]);
  return [loss, ...G.grad(loss, [typed('z') as G.Input]), gbar, Hbar!, D3!];
};

describe('the logarithm of a probability in a file', () => {
  it.each(Object.entries(cases))('%s is that of its logit, to the third derivative', (_, { written, ...wanted }) => {
    const values = G.evaluate(outputsOf(written), at).map(({ data }) => data);
    const sum = (f: (x: number, i: number) => number): number =>
      LOGITS.reduce((total, x, i) => total + weights[i]! * f(x, i), 0);
    const [first, second, third] = wanted.derivatives;
    expectClose(values[0]!, [sum(wanted.value)], 1e-12);
    expectClose(
      values[1]!,
      LOGITS.map((x, i) => weights[i]! * first!(x)),
      1e-12,
    );
    expectClose(values[2]!, [sum((x, i) => first!(x) * directions[i]!)], 1e-12);
    expectClose(values[3]!, [sum((x, i) => second!(x) * directions[i]! ** 2)], 1e-12);
    expectClose(values[4]!, [sum((x, i) => third!(x) * directions[i]! ** 3)], 1e-12);
  });

  it.each(Object.entries(cases))('%s is finite in float32 in ONNX Runtime', async (_, { written }) => {
    const outputs = outputsOf(written, 'float32');
    const graph = G.makeGraph(outputs.map((value, i) => ({ name: String(i), value })));
    const found = await run(G.encode(graph), feedsFor(graph, at));
    G.evaluate(outputsOf(written), at).forEach(({ data }, i) => {
      const scale = Math.max(...data.map(Math.abs));
      data.forEach((value, k) => {
        expect(Math.abs(found[i]!.data[k]! - value) / scale).toBeLessThan(1e-6);
      });
    });
  });

  it.each<readonly [string, (x: G.Expr, ones: G.Expr) => G.Expr]>([
    ['log(1 − σ(z))', (x, ones) => G.log(G.sub(ones, G.sigmoid(x)))],
    ['log(1 + (−σ(z)))', (x, ones) => G.log(G.add(ones, G.neg(G.sigmoid(x))))],
    ['log(1 + eᶻ)', (x, ones) => G.log(G.add(ones, G.exp(x)))],
  ])('%s has the shape that ones of more elements give it', (_, written) => {
    const column = G.sliceAxis(z, 1, 3, 1);
    const ones = G.constant(G.tensor([1, 1, 1, 1, 1], [1, 5], 'float64'));
    const [found, wanted] = [read(written(column, ones)), written(column, ones)];
    expect(found.shape).toEqual([3, 5]);
    const known = { ...at, z: { ...at.z, data: at.z.data.map((x) => x / 1000) } };
    const [sum, own] = G.evaluate([G.reduceSum(found), G.reduceSum(wanted)], known);
    expect(sum!.data[0]).toBeCloseTo(own!.data[0]!, 12);
  });

  it.each([
    [0, [1, 0]],
    [1, [0, 1]],
  ])('of a softmax along axis %i is its logSoftmax', (axis) => {
    const wanted = G.logSoftmax(z, axis);
    const [found, value] = G.evaluate([read(G.log(G.softmax(z, axis))), wanted], at);
    expect(found!.data).toEqual(value!.data);
    expect([...found!.data].every(Number.isFinite)).toBe(true);
    expect(read(G.log(G.softmax(z, axis)))).toBe(read(wanted));
  });

  it.each<readonly [string, G.Expr]>([
    ['of another difference', G.sub(2, G.sigmoid(z))],
    ['of a probability beside a small number', G.add(G.sigmoid(z), 1e-8)],
    ['of 1 less another number', G.sub(1, G.tanh(z))],
    ['of 1 and another number', G.add(G.square(z), 1)],
    ['of anything else', G.square(z)],
  ])('%s stays what it is', (_, value) => {
    const known = { ...at, z: { ...at.z, data: at.z.data.map((x) => x / 1000) } };
    const [found, wanted] = G.evaluate([read(G.log(value)), G.log(value)], known);
    expect(found!.data).toEqual(wanted!.data);
    expect(read(G.log(value)).op).toBe(G.log(value).op);
  });
});
