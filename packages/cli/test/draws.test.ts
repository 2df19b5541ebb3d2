/** Files that draw at random (masks of Dropout, noise): trained, analyzed, measured. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz, takeBatch } from '@hograd/data';
import {
  add,
  decode,
  encode,
  evaluate,
  input,
  makeGraph,
  matmul,
  type Tensor,
  tanh,
  tensor,
} from '@hograd/graph-builder';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { draws } from '../src/draws.js';
import { inputsOf } from '../src/lengths.js';
import { makeOptimizer } from '../src/training/methods.js';
import { openModel, openParts, openRun } from '../src/training/openRun.js';
import { hograd, linesWritten, metricsLines } from './capture.js';
import { random, scratch } from './scratch.js';

const { ModelProto } = onnxProto.onnx;

const { folder, write } = scratch();

const [INPUTS, HIDDEN, CLASSES] = [6, 32, 3];

const scaled = ({ data, shape, dtype }: Tensor<'float32'>) =>
  tensor(
    data.map((v) => 0.3 * v),
    shape,
    dtype,
  );

/** Inputs, and which of the first three is the largest. */
const examples = (name: string, count: number) => {
  const x = random(name, count, INPUTS);
  const label = (row: number): number => {
    const [a, b, c] = x.data.slice(row * INPUTS, row * INPUTS + CLASSES) as Float32Array;
    return a! > b! ? (a! > c! ? 0 : 2) : b! > c! ? 1 : 2;
  };
  return {
    x,
    y: tensor(
      Array.from({ length: count }, (_, i) => label(i)),
      [count],
      'int64',
    ),
  };
};
const [learned, unseen] = [examples('train', 60), examples('test', 30)];
const data = write(
  'data.npz',
  encodeNpz()({ x_train: learned.x, y_train: learned.y, x_test: unseen.x, y_test: unseen.y }),
);

/** Two layers, what is between them called `hidden`. */
const plain = ModelProto.decode(
  (() => {
    const [w1, w2] = [input('w1', [INPUTS, HIDDEN]), input('w2', [HIDDEN, CLASSES])];
    const [b1, b2] = [input('b1', [HIDDEN]), input('b2', [CLASSES])];
    const hidden = tanh(add(matmul(input('x', ['N', INPUTS]), w1), b1));
    const outputs = [
      { name: 'hidden', value: hidden },
      { name: 'logits', value: add(matmul(hidden, w2), b2) },
    ];
    const values = new Map(
      [w1, w2, b1, b2].map((p) => [p.attributes.name, scaled(random(p.attributes.name, ...(p.shape as number[])))]),
    );
    const model = ModelProto.decode(encode(makeGraph(outputs, [], values), { keepInitializers: true }));
    model.graph!.output = model.graph!.output!.filter(({ name }) => name === 'logits');
    return ModelProto.encode(model).finish();
  })(),
);

/** The file with nodes that make `changed` of `hidden`, read in its place. */
const withNodes = (name: string, nodes: readonly Onnx.INodeProto[], constants: readonly Onnx.ITensorProto[] = []) => {
  const model = ModelProto.decode(ModelProto.encode(plain).finish());
  const graph = model.graph!;
  const at = graph.node!.findIndex(({ output }) => output!.includes('hidden')) + 1;
  for (const node of graph.node!) node.input = node.input!.map((i) => (i === 'hidden' ? 'changed' : i));
  graph.node!.splice(at, 0, ...(nodes as Onnx.NodeProto[]));
  graph.initializer!.push(...constants);
  return write(name, ModelProto.encode(model).finish());
};

const plainFile = write('plain.onnx', ModelProto.encode(plain).finish());
const dropout = withNodes(
  'dropout.onnx',
  [{ opType: 'Dropout', input: ['hidden', 'ratio', 'mode'], output: ['changed'] }],
  [
    { name: 'ratio', dataType: 1, dims: [], floatData: [0.5] },
    { name: 'mode', dataType: 9, dims: [], rawData: Uint8Array.of(1) },
  ],
);
const noisy = withNodes('noisy.onnx', [
  { opType: 'RandomNormalLike', input: ['hidden'], output: ['e'] },
  { opType: 'Add', input: ['hidden', 'e'], output: ['changed'] },
]);

const opened = async (model: string, optimizer = 'sgd') => {
  const options = { model, data, seed: 1, batch: 20, device: 'cpu', partition: 'canonical' } as const;
  return openRun(makeOptimizer(optimizer, {}), await openModel(options), await openParts(data, 1), options);
};

const train = (model: string, out: string, ...args: string[]) =>
  hograd('train', '--model', model, '--data', data, '--batch', '20', '--out', join(folder, out), ...args);

interface Line {
  readonly trainLoss?: number;
  readonly decrease?: number;
  readonly predicted?: { readonly decrease: number };
}

const metrics = (out: string, optimizer: string): readonly Line[] => metricsLines(join(folder, out, optimizer));

describe('hograd train on a file that draws', { timeout: 120_000 }, () => {
  it('evaluates without Dropout: like the file that has none', async () => {
    const [own, without] = [await opened(dropout), await opened(plainFile)];
    const [a, b] = [
      await own.evaluate(own.trainer.initial.carried),
      await without.evaluate(without.trainer.initial.carried),
    ];
    expect(Math.abs(a.testLoss - b.testLoss)).toBeLessThan(1e-6);
    expect(a.testAccuracy).toBe(b.testAccuracy);
    await own.release();
    await without.release();
  });

  it.each([
    ['dropout', dropout],
    ['noise', noisy],
  ])('%s: the loss of a step is that on the draws of its number', async (_, file) => {
    const { trainer, train: examples, problem, release } = await opened(file);
    const batch = takeBatch(
      examples,
      Uint32Array.from({ length: 20 }, (__, i) => i),
    );
    const inputs = inputsOf([problem.loss]);
    const lossAt = async (step: number) => (await trainer.step({ ...trainer.initial, step }, batch, () => batch)).loss;
    const wanted = [0, 1].map((step) => {
      const drawn = draws(inputs, batch, [1, 'draws', 'gradient', step]);
      const fed = Object.entries({ ...trainer.initial.carried, ...batch, ...drawn });
      const values = fed.map(([name, { shape, data }]) => [
        name,
        { shape, data: Float64Array.from(data as never, Number) },
      ]);
      return evaluate([problem.loss], Object.fromEntries(values))[0]!.data[0]!;
    });
    expect(Math.abs(wanted[0]! - wanted[1]!)).toBeGreaterThan(1e-3);
    for (const step of [0, 1, 0]) expect(Math.abs((await lossAt(step)) - wanted[step]!)).toBeLessThan(1e-5);
    await release();
  });

  it('evaluates on the same noise each time', async () => {
    const { evaluate: evaluated, trainer, release } = await opened(noisy);
    const [a, b] = [await evaluated(trainer.initial.carried), await evaluated(trainer.initial.carried)];
    expect(a).toEqual(b);
    await release();
  });

  it.each(['momentum', 'adam', 'kfac', 'newton-summary', 'newton-summary-safe'])('%s learns', async (optimizer) => {
    expect((await train(dropout, optimizer, '--optimizer', optimizer, '--epochs', '12')).status).toBe(0);
    const losses = metrics(optimizer, optimizer).filter((line) => 'trainLoss' in line);
    expect(losses.at(-1)!.trainLoss!).toBeLessThan(losses[0]!.trainLoss!);
  });

  it('judges a step by the loss that was summarized, on the same draws', async () => {
    // So short a step that Taylor's terms are exact; other draws would change the loss by more than the step does.
    await train(dropout, 'judged', '--optimizer', 'newton-summary-safe', '--epochs', '2', '--lambda1', '0.01');
    const judged = metrics('judged', 'newton-summary-safe').filter(({ decrease }) => decrease !== undefined);
    expect(judged.length).toBeGreaterThan(0);
    for (const { predicted, decrease } of judged) {
      expect(Math.abs(decrease! / predicted!.decrease - 1)).toBeLessThan(0.05);
    }
  });

  it('resumes to the very bytes', async () => {
    const args = ['--optimizer', 'newton-summary-safe', '--epochs', '40', '--checkpoint-every', '7'];
    const begun = train(dropout, 'parts', ...args);
    await linesWritten(join(folder, 'parts', 'newton-summary-safe', 'metrics.jsonl'), 10);
    process.emit('SIGINT');
    expect((await begun).status).toBe(130);
    const common = ['train', '--model', dropout, '--data', data, '--batch', '20', ...args];
    expect((await hograd(...common, '--resume', join(folder, 'parts'))).status).toBe(0);
    expect((await train(dropout, 'whole', ...args)).status).toBe(0);
    expect(metrics('parts', 'newton-summary-safe')).toEqual(metrics('whole', 'newton-summary-safe'));
  });

  it('refuses noise of a length that the data do not say', async () => {
    const file = withNodes('long.onnx', [
      { opType: 'RandomNormalLike', input: ['extra'], output: ['e'] },
      { opType: 'ReduceMean', input: ['e'], output: ['m'], attribute: [{ name: 'keepdims', type: 2, i: 0 as never }] },
      { opType: 'Add', input: ['hidden', 'm'], output: ['changed'] },
    ]);
    const model = ModelProto.decode(readFileSync(file));
    const extra = ModelProto.decode(encode(makeGraph([{ name: 'o', value: tanh(input('extra', ['M'])) }])));
    model.graph!.input!.push(extra.graph!.input![0]!);
    writeFileSync(file, ModelProto.encode(model).finish());
    const { status, err } = await train(file, 'refused');
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(
        /"e\.noise" \[M\], which the model draws at random, is as long as M, and the data do not say/,
      ),
    ]);
  });

  it('analyzes the loss without Dropout, and refuses one that draws noise', async () => {
    const looked = (model: string, out: string) =>
      hograd(
        'analyze',
        '--model',
        model,
        '--data',
        data,
        '--batch',
        '20',
        '--epochs',
        '1',
        '--out',
        join(folder, out),
        '--json',
      );
    const [own, without] = [await looked(dropout, 'look'), await looked(plainFile, 'look-plain')];
    expect([own.status, without.status]).toEqual([0, 0]);
    const first = (text: string) => JSON.parse(text).moments[0];
    expect(Math.abs(first(own.out).loss - first(without.out).loss)).toBeLessThan(1e-6);
    expect(first(own.out).gbar[0]).not.toBe(0);
    const { status, err } = await looked(noisy, 'look-noisy');
    expect([status, err]).toEqual([2, expect.stringMatching(/the loss draws "e\.noise" at random.*draws nothing/)]);
  });
});

it('hograd bench draws masks as Dropout does', async () => {
  const loss = ['--softmax-cross-entropy', 'logits', '--labels', 'y'];
  const { status, out } = await hograd(
    'bench',
    dropout,
    ...loss,
    '--batch',
    '8',
    '--rounds',
    '1',
    '--order',
    '1',
    '--json',
  );
  expect(status).toBe(0);
  const mask = { name: 'changed.mask', dtype: 'bool', shape: [8, HIDDEN], values: 'true with probability 0.5' };
  expect(JSON.parse(out).inputs.arrays).toContainEqual(mask);
});

describe('what is drawn', () => {
  const inputs = [
    input('x', ['N', 2]),
    input('m', ['N', 5000], 'bool', 0.25),
    input('n', ['2*N', 5000], 'float64', 'normal'),
    input('u', [5000], 'float64', 'uniform'),
  ];
  const fed = { x: tensor([1, 2, 3, 4], [2, 2], 'float32') };
  const at = (key: number, given = fed) => draws(inputs, given, [key, 'test']);
  const numbers = (name: string, key = 1) => Array.from(at(key)[name]!.data as ArrayLike<number>, Number);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

  it('has the distribution and the lengths that its input says', () => {
    expect(at(1).m!.shape).toEqual([2, 5000]);
    expect(at(1).n!.shape).toEqual([4, 5000]);
    // Five standard errors.
    expect(Math.abs(mean(numbers('m')) - 0.25)).toBeLessThan(0.022);
    expect(Math.abs(mean(numbers('n')))).toBeLessThan(0.036);
    expect(Math.abs(mean(numbers('n').map((z) => z * z)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(numbers('u')) - 0.5)).toBeLessThan(0.021);
    expect(numbers('u').every((u) => u >= 0 && u < 1 && Number.isInteger(u * 2 ** 24))).toBe(true);
  });

  it('depends on its key and its name alone', () => {
    expect(numbers('n')).toEqual(numbers('n'));
    expect(numbers('n')).not.toEqual(numbers('n', 2));
    expect(at(1, { ...fed, n: tensor([0], [1], 'float64') } as never)).not.toHaveProperty('n');
  });

  it('refuses a length that nothing says', () => {
    expect(() => draws(inputs, {}, [1])).toThrow(/"m" is bool\[N, 5000\].*true with probability 0\.25.*how long N is/);
  });
});

it('decode says what each drawn input is drawn from', () => {
  const read = (path: string) => {
    const graph = decode(readFileSync(path));
    if (graph._tag === 'Left') throw graph.left;
    return Object.fromEntries(graph.right.inputs.map(({ attributes: { name, drawn } }) => [name, drawn]));
  };
  expect(read(dropout)['changed.mask']).toBe(0.5);
  expect(read(noisy)['e.noise']).toBe('normal');
  expect(read(plainFile).x).toBeUndefined();
});
