/** A loss attached to probabilities is their negative log-likelihood, whichever way the file writes them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz } from '@hograd/data';
import * as G from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { random, scratch } from './scratch.js';

const { folder, write } = scratch();

const CLASSES = 3;
const x = G.input('x', ['N', 4], 'float64') as G.Input;
const w = G.input('w', [4, CLASSES], 'float64') as G.Input;
const pair = G.input('pair', [4, 1], 'float64') as G.Input;
const values = new Map(
  [w, pair].map((p) => [
    p.attributes.name,
    G.tensor(
      Float64Array.from(random(p.attributes.name, ...(p.shape as number[])).data, (v) => 3 * v),
      p.shape as number[],
      'float64',
    ),
  ]),
);
const logits = G.matmul(x, w);
const sure = G.sigmoid(G.matmul(x, pair));

/** Probabilities [N, classes] (or [N, classes, 1]), and how many classes they are of. */
const forms: readonly (readonly [string, G.Expr, number])[] = [
  ['a softmax', G.softmax(logits, 1), CLASSES],
  [
    'a softmax that is reshaped',
    G.reshape(G.softmax(G.reshape(logits, ['N', 1, CLASSES]), 2), ['N', CLASSES]),
    CLASSES,
  ],
  ['a softmax in another precision', G.cast(G.softmax(G.cast(logits, 'float32'), 1), 'float64'), CLASSES],
  ['a softmax along another axis, transposed', G.transpose(G.softmax(G.transpose(logits, [1, 0]), 0), [1, 0]), CLASSES],
  ['a sigmoid and what it leaves', G.concat([G.sub(1, sure), sure], 1), 2],
];

const N = 5;
const examples = { shape: [N, 4], data: Float64Array.from(random('examples', N, 4).data) };

const written = async (output: G.Expr, ...options: string[]): Promise<G.Graph> => {
  const parameters = [w, pair].filter((p) => G.topologicalOrder([output]).includes(p));
  const graph = G.makeGraph(
    [{ name: 'out', value: output }],
    [x, ...parameters],
    new Map(parameters.map(({ attributes: { name } }) => [name, values.get(name)!])),
  );
  const source = write('source.onnx', G.encode(graph, { keepInitializers: true }));
  const target = join(folder, 'gradient.onnx');
  const head = ['--softmax-cross-entropy', 'out', '--labels', 'y', '--keep-initializers', ...options];
  const { status, err } = await hograd('differentiate', source, '--out', target, ...head);
  expect([status, err]).toEqual([0, '']);
  const read = G.decode(readFileSync(target));
  if (E.isLeft(read)) throw new Error(read.left.message);
  return read.right;
};

const valuesOf = (graph: G.Graph): Readonly<Record<string, G.Value>> =>
  Object.fromEntries(
    [...graph.initializers].map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as Float64Array) },
    ]),
  );

describe('a loss on probabilities', () => {
  it.each(forms)('that are %s is −mean log p, and its gradient that of the logits', async (name, output, classes) => {
    const graph = await written(output);
    const labels = { shape: [N], data: Float64Array.from({ length: N }, (_, i) => (2 * i + 1) % classes) };
    const fed = { ...valuesOf(graph), x: examples, y: labels };
    const [loss] = G.evaluate([G.outputNamed('loss')(graph)!], fed);
    const [p] = G.evaluate([output], fed);
    const wanted = labels.data.reduce((sum, label, n) => sum - Math.log(p!.data[n * classes + label]!) / N, 0);
    const digits = name.includes('precision') ? 6 : 12;
    expect(loss!.data[0]).toBeCloseTo(wanted, digits);

    const [parameter] = [...graph.initializers.keys()];
    const [gradient] = G.evaluate([G.outputNamed(`grad.${parameter}`)(graph)!], fed);
    const step = 1e-5;
    gradient!.data.forEach((slope, i) => {
      const nllAt = (change: number): number => {
        const moved = valuesOf(graph)[parameter!]!;
        moved.data[i]! += change;
        const [q] = G.evaluate([output], { ...fed, [parameter!]: moved });
        return labels.data.reduce((sum, label, n) => sum - Math.log(q!.data[n * classes + label]!) / N, 0);
      };
      if (digits === 12) expect((nllAt(step) - nllAt(-step)) / (2 * step)).toBeCloseTo(slope, 8);
    });
  });

  it('stays finite where a probability rounds to 0', async () => {
    const graph = await written(G.softmax(G.mul(logits, 1e4), 1));
    const y = { shape: [N], data: new Float64Array(N).fill(1) };
    const [loss] = G.evaluate([G.outputNamed('loss')(graph)!], { ...valuesOf(graph), x: examples, y });
    expect(loss!.data[0]).toBeGreaterThan(1e3);
    expect(loss!.data[0]).toBeLessThan(1e6);
  });

  it('takes a softmax along an axis that is not that of the classes for logits, as before', async () => {
    const output = G.softmax(G.reshape(logits, ['N', CLASSES, 1]), 2);
    const graph = await written(output);
    const y = { shape: [N, 1], data: new Float64Array(N) };
    const [loss] = G.evaluate([G.outputNamed('loss')(graph)!], { ...valuesOf(graph), x: examples, y });
    expect(loss!.data[0]).toBeCloseTo(Math.log(CLASSES), 12);
  });
});

describe('one number for each label', { timeout: 60_000 }, () => {
  const logit = G.matmul(x, pair);
  const labels = { shape: [N], data: Float64Array.from({ length: N }, (_, i) => i % 2) };
  const crossEntropy = (p: ArrayLike<number>): number =>
    labels.data.reduce((sum, label, n) => sum - Math.log(label === 1 ? p[n]! : 1 - p[n]!) / N, 0);

  it.each([
    ['a sigmoid', sure],
    ['a sigmoid without an axis of classes', G.reshape(sure, ['N'])],
    ['a sigmoid in another precision', G.cast(G.sigmoid(G.cast(logit, 'float32')), 'float64')],
    ['a logit', logit],
    ['a logit without an axis of classes', G.reshape(logit, ['N'])],
  ])('that is %s gives the binary cross-entropy', async (name, output) => {
    const graph = await written(output);
    const fed = { ...valuesOf(graph), x: examples };
    const [loss] = G.evaluate([G.outputNamed('loss')(graph)!], { ...fed, y: labels });
    const [p] = G.evaluate([sure], fed);
    expect(loss!.data[0]).toBeCloseTo(crossEntropy(p!.data), name.includes('precision') ? 6 : 12);
  });

  it('is trained on labels 0 and 1, with an accuracy, and on no others', async () => {
    const single = new Map([['pair', G.tensor(values.get('pair')!.data as Float64Array, [4, 1], 'float32')]]);
    const inputs = G.input('x', ['N', 4]);
    const output = G.sigmoid(G.matmul(inputs, G.input('pair', [4, 1])));
    const model = write(
      'sigmoid.onnx',
      G.encode(G.makeGraph([{ name: 'out', value: output }], [inputs as G.Input], single), { keepInitializers: true }),
    );
    const part = (name: string, size: number) => {
      const own = random(name, size, 4);
      const told = Array.from({ length: size }, (_, i) => Number(own.data[4 * i]! > own.data[4 * i + 1]!));
      return { x: own, y: told, size };
    };
    const data = (file: string, shift: number) =>
      write(
        file,
        encodeNpz()(
          Object.fromEntries(
            [part('train', 80), part('test', 40)].flatMap(({ x: own, y, size }, i) => {
              const suffix = ['train', 'test'][i];
              const moved = y.map((v) => v + shift);
              return [[`x_${suffix}`, own] as const, [`y_${suffix}`, G.tensor(moved, [size], 'int64')] as const];
            }),
          ),
        ),
      );
    const train = (file: string) =>
      hograd(
        ...['train', '--model', model, '--data', file, '--batch', '20', '--epochs', '20', '--json'],
        ...['--optimizer', 'newton-summary-safe,kfac', '--out', join(folder, 'run')],
      );
    const { status, out } = await train(data('binary.npz', 0));
    expect(status).toBe(0);
    for (const { epochs } of JSON.parse(out).runs) expect(epochs.at(-1).testAccuracy).toBeGreaterThan(0.9);
    const more = await train(data('more.npz', 1));
    expect([more.status, more.err]).toEqual([
      2,
      expect.stringMatching(/the model tells 2 classes apart, but .* has 3; take data with as many/),
    ]);
  });
});
