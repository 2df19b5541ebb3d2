/** Training on whole numbers, the tokens of a text, with a label for each. */

import { join } from 'node:path';
import { encodeNpz, normal, uniform } from '@hograd/data';
import {
  add,
  cast,
  type Expr,
  encode,
  gather,
  input,
  makeGraph,
  matmul,
  mul,
  reshape,
  softmaxCrossEntropy,
  type Tensor,
  tanh,
  tensor,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { hograd, metricsLines } from './capture.js';
import { scratch } from './scratch.js';

const { folder, write } = scratch();

const [LENGTH, VOCABULARY, WIDTH] = [5, 7, 4];
const sizes = { train: 40, test: 20 };

/** Tokens, and of each the one that follows it: always the same one, but for the last of a text. */
const texts = (part: 'train' | 'test'): { readonly x: readonly number[]; readonly y: readonly number[] } => {
  const x: number[] = [];
  const y: number[] = [];
  for (const u of uniform([1, part], sizes[part])) {
    const start = Math.floor(u * VOCABULARY);
    for (let t = 0; t < LENGTH; t++) {
      x.push((start + 3 * t) % VOCABULARY);
      y.push((start + 3 * (t + 1)) % VOCABULARY);
    }
  }
  return { x, y };
};

const archive = (name: string, examples: (x: readonly number[], size: number) => Tensor): string => {
  const parts = (['train', 'test'] as const).flatMap((part) => {
    const { x, y } = texts(part);
    const labels = tensor(y, [sizes[part], LENGTH], 'int64');
    return [[`x_${part}`, examples(x, sizes[part])] as const, [`y_${part}`, labels] as const];
  });
  return write(name, encodeNpz()(Object.fromEntries(parts)));
};

const tokens = archive('tokens.npz', (x, size) => tensor(x, [size, LENGTH], 'int64'));
const bytes = archive('bytes.npz', (x, size) => tensor(x, [size, LENGTH], 'uint8'));
const oneHot = archive('one-hot.npz', (x, size) => {
  const rows = x.flatMap((token) => Array.from({ length: VOCABULARY }, (_, v) => Number(v === token)));
  return tensor(rows, [size, LENGTH, VOCABULARY], 'float32');
});

const values = new Map(
  Object.entries({ e: [VOCABULARY, WIDTH], w: [WIDTH, VOCABULARY], b: [VOCABULARY] }).map(([name, shape]) => {
    const size = shape.reduce((a, c) => a * c);
    return [name, tensor(normal([1, name], size), shape, 'float32')] as const;
  }),
);
const [e, w, b] = [...values].map(([name, { shape }]) => input(name, shape)) as [Expr, Expr, Expr];

/** A file with logits [N, T, vocabulary] of vectors [N, T, width], as `head` writes them out. */
const file = (name: string, vectors: Expr, head = (logits: Expr): Record<string, Expr> => ({ logits })): string => {
  const outputs = Object.entries(head(add(matmul(tanh(vectors), w), b))).map(([key, value]) => ({ name: key, value }));
  return write(name, encode(makeGraph(outputs, [], values), { keepInitializers: true }));
};

const ids = input('ids', ['N', LENGTH], 'int64');
const lookUp = file('look-up.onnx', gather(e, ids, 0));
const product = file('product.onnx', matmul(input('x', ['N', LENGTH, VOCABULARY]), e));
/** With its own loss, of logits in rows. */
const rows = file('rows.onnx', gather(e, ids, 0), (logits) => ({
  loss: softmaxCrossEntropy(reshape(logits, [-1, VOCABULARY]), reshape(input('next', ['N', LENGTH], 'int64'), [-1])),
}));

const train = (out: string, model: string, data: string, ...args: string[]) =>
  hograd(
    ...['train', '--model', model, '--data', data, '--batch', '10', '--epochs', '5', '--out', join(folder, out)],
    ...(args.includes('--optimizer') ? args : ['--optimizer', 'adam', ...args]),
  );

const metrics = (out: string, optimizer = 'adam') => metricsLines(join(folder, out, optimizer));

describe('hograd train on tokens', { timeout: 120_000 }, () => {
  it('takes the steps of the same model on one-hot vectors, the last axis being that of the classes', async () => {
    expect((await train('tokens', lookUp, tokens)).status).toBe(0);
    expect((await train('one-hot', product, oneHot)).status).toBe(0);
    const [own, other] = [metrics('tokens'), metrics('one-hot')];
    expect(own).toHaveLength(other.length);
    // The rows' file has the same logits in another shape.
    expect((await train('in-rows', rows, tokens)).status).toBe(0);
    const accuracies = (lines: readonly { readonly testAccuracy?: number }[]) =>
      lines.flatMap((line) => line.testAccuracy ?? []);
    expect(accuracies(own)).toHaveLength(5);
    expect(accuracies(own)).toEqual(accuracies(metrics('in-rows')));
    own.forEach((line, i) => {
      for (const key of ['loss', 'trainLoss', 'testLoss']) {
        if (key in line) expect(line[key]).toBeCloseTo(other[i][key], 5);
      }
    });
  });

  it('takes bytes as the tokens that they are', async () => {
    expect((await train('bytes', lookUp, bytes)).status).toBe(0);
    expect((await train('tokens-again', lookUp, tokens)).status).toBe(0);
    expect(metrics('bytes')).toEqual(metrics('tokens-again'));
  });

  it('feeds bytes to a model that takes bytes, as the numbers that they are', async () => {
    const pixels = (name: string, dtype: 'uint8' | 'int64') => {
      const scores = matmul(mul(cast(input('x', ['N', LENGTH], dtype), 'float32'), 1 / 255), input('v', [LENGTH, 3]));
      const graph = makeGraph([{ name: 'logits', value: scores }], [], new Map([['v', v]]));
      return write(name, encode(graph, { keepInitializers: true }));
    };
    const v = tensor(normal([2, 'v'], LENGTH * 3), [LENGTH, 3], 'float32');
    const told = (name: string, most: number) =>
      write(
        name,
        encodeNpz()(
          Object.fromEntries(
            (['train', 'test'] as const).flatMap((part) => {
              const x = Array.from(uniform([3, part], sizes[part] * LENGTH), (u) => Math.floor(u * most));
              const y = Array.from({ length: sizes[part] }, (_, i) => i % 3);
              return [
                [`x_${part}`, tensor(x, [sizes[part], LENGTH], 'int32')] as const,
                [`y_${part}`, tensor(y, [sizes[part]], 'int64')] as const,
              ];
            }),
          ),
        ),
      );
    const pictures = told('pictures.npz', 256);
    expect((await train('uint8', pixels('uint8.onnx', 'uint8'), pictures)).status).toBe(0);
    expect((await train('int64', pixels('int64.onnx', 'int64'), pictures)).status).toBe(0);
    expect(metrics('uint8')).toEqual(metrics('int64'));
    const { status, err } = await train('beyond', pixels('uint8.onnx', 'uint8'), told('wide.npz', 1000));
    expect([status, err]).toEqual([2, expect.stringMatching(/input "x" takes whole numbers from 0 to 255, .* holds/)]);
  });

  it('counts the tokens that are told right, and learns', async () => {
    const args = ['--optimizer', 'newton-summary-safe,adam', '--epochs', '40', '--lr', '0.05'];
    expect((await train('rows', rows, tokens, ...args)).status).toBe(0);
    for (const optimizer of ['newton-summary-safe', 'adam']) {
      const epochs = metrics('rows', optimizer).filter((line) => 'testAccuracy' in line);
      expect(epochs[0].testAccuracy).toBeLessThan(0.9);
      expect(epochs.at(-1).testAccuracy).toBe(1);
    }
  });

  it.each([
    [
      'a token beyond the vocabulary',
      lookUp,
      archive('beyond.npz', (x, size) =>
        tensor(
          x.map((v, i) => (i === 12 ? VOCABULARY : v)),
          [size, LENGTH],
          'int32',
        ),
      ),
      /input "ids" takes whole numbers from 0 to 6, .*beyond\.npz holds 7 at flat index 12 of its examples/,
    ],
    [
      'a fraction of a token',
      lookUp,
      archive('fraction.npz', (x, size) =>
        tensor(
          x.map((v, i) => (i === 3 ? 0.5 : v)),
          [size, LENGTH],
          'float32',
        ),
      ),
      /takes whole numbers from 0 to 6, .*holds 0\.5 at flat index 3/,
    ],
    [
      'numbers that float32 does not hold',
      lookUp,
      archive('huge.npz', (x, size) =>
        tensor(
          x.map((v, i) => (i === 3 ? 2 ** 24 + 1 : v)),
          [size, LENGTH],
          'int64',
        ),
      ),
      /input "x": element type int64 .* holds 16777217 at flat index 3; scale it .*or store it under the name/,
    ],
    [
      'several labels an example, for a model of the zoo',
      'small-mlp',
      tokens,
      /the labels of .*tokens\.npz have shape \[40, 5\], and model "small-mlp" learns one an example/,
    ],
  ])('refuses %s', async (_, model, data, message) => {
    const { status, err } = await train('refused', model, data);
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('refuses K-FAC, which needs one label an example', async () => {
    const { status, err } = await train('kfac', rows, tokens, '--optimizer', 'kfac');
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/kfac needs a loss that picks one label of every example/),
    ]);
  });
});
