/** Weights in Constant nodes are parameters where they are named, and give what the same weights give as initializers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz } from '@hograd/data';
import * as G from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { random, scratch } from './scratch.js';

const { folder, write } = scratch();

const x = G.input('x', ['N', 4], 'float32') as G.Input;
const weights = [random('first', 4, 5), random('second', 5, 3)] as const;
const logitsOf = (first: G.Expr, second: G.Expr): G.Expr => G.matmul(G.tanh(G.matmul(x, first)), second);

const names = ['w1', 'w2'] as const;
const inputs = names.map((name, i) => G.input(name, weights[i]!.shape, 'float32') as G.Input);
const asInitializers = write(
  'initializers.onnx',
  G.encode(
    G.makeGraph(
      [{ name: 'logits', value: logitsOf(inputs[0]!, inputs[1]!) }],
      [x],
      new Map(names.map((name, i) => [name, weights[i]!])),
    ),
    { keepInitializers: true },
  ),
);
// The encoder writes floating-point constants as Constant nodes.
const asConstants = write(
  'constants.onnx',
  G.encode(G.makeGraph([{ name: 'logits', value: logitsOf(G.constant(weights[0]), G.constant(weights[1])) }], [x])),
);
const found = G.constantNames(readFileSync(asConstants));
if (E.isLeft(found)) throw new Error(found.left.message);
const constants = found.right;

const labels = (count: number) =>
  G.tensor(
    Array.from({ length: count }, (_, i) => i % 3),
    [count],
    'int64',
  );

describe('weights in Constant nodes', () => {
  it('have names, in the order of the file', () => {
    expect(constants).toHaveLength(2);
    expect(G.constantNames(Uint8Array.of(1, 2, 3))).toMatchObject({ left: { _tag: 'NotOnnx' } });
    const read = G.decode(readFileSync(asConstants), { parameters: constants });
    expect(E.isRight(read) && [...read.right.initializers.values()].map(({ shape }) => shape)).toEqual([
      [4, 5],
      [5, 3],
    ]);
  });

  it('give the summary that they give as initializers', async () => {
    const batch = write('batch.npz', encodeNpz()({ x: random('batch', 6, 4), y: labels(6) }));
    const summaryOf = async (model: string, params: readonly string[]) => {
      const head = ['--softmax-cross-entropy', 'logits', '--labels', 'y', '--params', params.join(',')];
      const { status, out } = await hograd('summarize', model, '--inputs', batch, ...head, '--json');
      expect(status).toBe(0);
      const { loss, gbar, Hbar, D3 } = JSON.parse(out);
      return { loss, gbar, Hbar, D3 };
    };
    expect(await summaryOf(asConstants, constants)).toEqual(await summaryOf(asInitializers, names));
  });

  it('are trained as they are as initializers, which the trained file has', async () => {
    const arrays = { x_train: random('a', 60, 4), y_train: labels(60), x_test: random('b', 30, 4), y_test: labels(30) };
    const data = write('data.npz', encodeNpz()(arrays));
    const trained = async (model: string, params: readonly string[]): Promise<readonly (readonly number[])[]> => {
      const out = join(folder, params.join());
      const args = [
        '--optimizer',
        'sgd',
        '--lr',
        '0.1',
        '--epochs',
        '2',
        '--batch',
        '20',
        '--params',
        params.join(','),
      ];
      const { status } = await hograd('train', '--model', model, '--data', data, '--out', out, ...args);
      expect(status).toBe(0);
      const read = G.decode(readFileSync(join(out, 'sgd', 'model.onnx')));
      if (E.isLeft(read)) throw new Error(read.left.message);
      return params.map((name) => Array.from(read.right.initializers.get(name)!.data as Float32Array));
    };
    const [own, wanted] = [await trained(asConstants, constants), await trained(asInitializers, names)];
    expect(own).toEqual(wanted);
    expect(own).not.toEqual(weights.map(({ data }) => Array.from(data)));
  });

  it('are mentioned where nothing else could be trained', async () => {
    const head = ['--softmax-cross-entropy', 'logits', '--labels', 'y'];
    const refused = await hograd('differentiate', asConstants, '--out', join(folder, 'no.onnx'), ...head);
    expect([refused.status, refused.err]).toEqual([
      2,
      expect.stringMatching(
        /reaches the loss; --params may name inputs, .*, and Constant nodes: "constant_1", "constant_2"/,
      ),
    ]);
    const unknown = await hograd(
      'differentiate',
      asConstants,
      '--out',
      join(folder, 'no.onnx'),
      ...head,
      '--params',
      'w',
    );
    expect([unknown.status, unknown.err]).toEqual([
      2,
      expect.stringMatching(
        /no floating-point initializer "w"; .* inputs, too: "x", and its Constant nodes: "constant_1", "constant_2"/,
      ),
    ]);
  });
});
