/** Derivatives in a file's inputs (forces, saliency, equations of physics), and those of what hograd wrote itself. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz } from '@hograd/data';
import * as G from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { random, scratch } from './scratch.js';

const { folder, write } = scratch();

const doubles = (name: string, ...shape: number[]): G.Tensor =>
  G.tensor(Float64Array.from(random(name, ...shape).data), shape, 'float64');

const values: Readonly<Record<string, G.Tensor>> = {
  x: doubles('x', 3, 2),
  t: doubles('t'),
  w: doubles('w', 2, 4),
  k: G.tensor([1], [], 'int64'),
};
const asValues = (own: Readonly<Record<string, G.Tensor>>): Record<string, G.Value> =>
  Object.fromEntries(
    Object.entries(own).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as ArrayLike<number>, Number) },
    ]),
  );

/** mean tanh(sin(t)·x·w)², a scalar k that is an integer, and an input that nothing reads. */
const fileOf = (rows: G.Dim): string => {
  const x = G.input('x', [rows, 2], 'float64') as G.Input;
  const t = G.input('t', [], 'float64') as G.Input;
  const k = G.input('k', [], 'int64') as G.Input;
  const w = G.input('w', [2, 4], 'float64') as G.Input;
  const unread = G.input('unread', [2], 'float64') as G.Input;
  const scaled = G.mul(G.matmul(x, w), G.mul(G.sin(t), G.cast(k, 'float64')));
  const loss = G.mean(G.square(G.tanh(scaled)));
  const graph = G.makeGraph([{ name: 'loss', value: loss }], [x, t, k, unread, w], new Map([['w', values.w!]]));
  return write(`${rows}.onnx`, G.encode(graph, { keepInitializers: true }));
};
const free = fileOf('N');
const fixed = fileOf(3);

const graphIn = (path: string): G.Graph => {
  const read = G.decode(readFileSync(path));
  if (E.isLeft(read)) throw new Error(read.left.message);
  return read.right;
};

const outputOf = (path: string, name: string, change: Readonly<Record<string, G.Tensor>> = {}): Float64Array =>
  G.evaluate([G.outputNamed(name)(graphIn(path))!], asValues({ ...values, ...change }))[0]!.data;

/** Central differences of an output's first element in an input. */
const slopes = (path: string, output: string, of: string, step = 1e-5): number[] =>
  Array.from(values[of]!.data as Float64Array, (_, i) => {
    const at = (change: number): number => {
      const data = Float64Array.from(values[of]!.data as Float64Array);
      data[i]! += change;
      return outputOf(path, output, { [of]: G.tensor(data, values[of]!.shape, 'float64') })[0]!;
    };
    return (at(step) - at(-step)) / (2 * step);
  });

const expectClose = (actual: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(actual[i]!).toBeCloseTo(wanted[i]!, 8);
};

const differentiated = async (source: string, name: string, ...args: string[]): Promise<string> => {
  const target = join(folder, name);
  const { status, err } = await hograd('differentiate', source, '--out', target, ...args);
  expect([status, err]).toEqual([0, '']);
  return target;
};

describe('hograd differentiate --params', () => {
  it('takes floating-point inputs, of a batch, too, beside initializers', async () => {
    const target = await differentiated(free, 'inputs.onnx', '--params', 'x,t,w');
    expect(graphIn(target).inputs.map((i) => i.attributes.name)).toEqual(['x', 't', 'k', 'unread', 'w']);
    for (const name of ['x', 't', 'w']) expectClose(outputOf(target, `grad.${name}`), slopes(target, 'loss', name));
  });

  it('gives second derivatives of what it wrote itself', async () => {
    const first = await differentiated(free, 'first.onnx', '--params', 't');
    const second = await differentiated(first, 'second.onnx', '--loss', 'grad.t', '--params', 't,x,w');
    for (const name of ['t', 'x', 'w']) expectClose(outputOf(second, `grad.${name}`), slopes(first, 'grad.t', name));
    const products = await differentiated(first, 'products.onnx', '--loss', 'loss', '--params', 't', '--hvp');
    const [along] = G.evaluate([G.outputNamed('hvp.t')(graphIn(products))!], {
      ...asValues(values),
      'tangent.t': { shape: [], data: Float64Array.of(1) },
    });
    expectClose(along!.data, slopes(first, 'grad.t', 't'));
  });

  it.each([
    [
      'one that is not there',
      ['z'],
      /there is no floating-point initializer "z"; .*; --params may name its floating-point inputs, too: "x", "t", "unread"/,
    ],
    ['one of integers', ['k'], /--params names "k", which is int64; only floating-point numbers have derivatives/],
    ['one that the loss does not read', ['unread'], /--params names the input "unread", which the loss does not read/],
    [
      'one of open length, for groups',
      ['x', '--summary'],
      /input "x" \[N, 2\]; a summary needs every length of a parameter/,
    ],
  ])('refuses %s', async (_, [name, ...args], message) => {
    const { status, err } = await hograd(
      'differentiate',
      free,
      '--out',
      join(folder, 'no.onnx'),
      '--params',
      name!,
      ...args,
    );
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('elsewhere', () => {
  const batch = write('batch.npz', encodeNpz()({ x: values.x!, t: values.t!, k: values.k! }));

  it('a summary takes inputs of fixed shape, which its file brings', async () => {
    const direction = write('direction.npz', encodeNpz()({ x: doubles('direction', 3, 2) }));
    const args = ['--inputs', batch, '--params', 'x', '--direction', direction, '--json'];
    const { status, out } = await hograd('summarize', fixed, ...args);
    expect(status).toBe(0);
    const { gbar, Hbar } = JSON.parse(out);
    const along = doubles('direction', 3, 2).data as Float64Array;
    const shifted = (step: number): number => {
      const moved = Float64Array.from(values.x!.data as Float64Array, (v, i) => v + step * along[i]!);
      return outputOf(fixed, 'loss', { x: G.tensor(moved, [3, 2], 'float64') })[0]!;
    };
    const step = 1e-4;
    expect(gbar[0]).toBeCloseTo((shifted(step) - shifted(-step)) / (2 * step), 6);
    expect(Hbar[0][0]).toBeCloseTo((shifted(step) - 2 * shifted(0) + shifted(-step)) / step ** 2, 5);
  });

  it('it refuses those of open length, and training refuses all', async () => {
    const summarized = await hograd('summarize', free, '--inputs', batch, '--params', 'x');
    expect(summarized.err).toMatch(
      /input "x" \[N, 2\]; a summary needs every length .* as a number: export the model with/,
    );
    const data = write(
      'data.npz',
      encodeNpz()({
        x_train: random('a', 4, 2),
        y_train: random('b', 4, 1),
        x_test: random('c', 2, 2),
        y_test: random('d', 2, 1),
      }),
    );
    const trained = await hograd(
      'train',
      '--model',
      free,
      '--data',
      data,
      '--params',
      'x',
      '--out',
      join(folder, 'run'),
    );
    expect([trained.status, trained.err]).toEqual([
      2,
      expect.stringMatching(
        /input "x", of which the file has no value; training starts from the values in the file: name initializers/,
      ),
    ]);
  });
});
