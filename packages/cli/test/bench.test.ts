import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeNpz } from '@hograd/data';
import {
  cast,
  encode,
  gather,
  type Input,
  input,
  log,
  makeGraph,
  matmul,
  meanSquaredError,
  mul,
  reduceSum,
  type Tensor,
  tensor,
  transpose,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { agreementOf } from '../src/bench/agreement.js';
import { randomInputs } from '../src/bench/randomInputs.js';
import type { Benched } from '../src/commands/bench.js';
import { medianRatio } from '../src/turns.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const golden = fileURLToPath(new URL('../../../test-fixtures/golden/', import.meta.url));
const fixture = (name: string): readonly string[] => [
  join(golden, name, 'model.onnx'),
  ...['--inputs', join(golden, name, 'inputs.npz')],
];

const BRIEF = ['--rounds', '2', '--seconds', '0.001', '--threads', '1'];

const benched = async (...args: readonly string[]): Promise<Benched> => {
  const { status, out, err } = await hograd('bench', ...args, ...BRIEF, '--json');
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out);
};

const summarized = async (...args: readonly string[]) => {
  const { out } = await hograd('summarize', ...args, '--json');
  return JSON.parse(out) as Pick<Benched, 'loss' | 'gbar' | 'groups'>;
};

describe('hograd bench', () => {
  it.each([
    ['mlp-sigmoid-mse', []],
    ['lenet-tiny-relu', ['--dtype', 'float64', '--partition', 'weights-biases']],
    ['mlp-tanh', ['--partition', 'blocks:2', '--params', '0.weight,4.bias', '--dtype', 'float64']],
  ])('times what summarize computes: %s', async (name, options) => {
    const bench = await benched(...fixture(name), ...options);
    const { loss, gbar, groups } = await summarized(...fixture(name), ...options);
    expect({ loss: bench.loss, gbar: bench.gbar }).toEqual({ loss, gbar });
    expect(groups).toMatchObject(bench.groups);
    expect(bench.agreement.agrees).toBe(true);
    if (options.includes('float64')) expect(bench.agreement.difference).toBeLessThan(1e-13);
  });

  it('gives ratios that are medians of the ratios within one round', async () => {
    const { costs, agreement } = await benched(...fixture('mlp-tanh'), '--engine', 'both');
    expect(agreement.compared).toEqual(['gbar', 'Hbar', 'D3']);
    expect(costs.map((c) => c.task)).toEqual([
      'loss',
      'gradient',
      'hvp',
      'stacked-order-2',
      'stacked-order-3',
      'generic-order-2',
      'generic-order-3',
    ]);
    const series = (task: string) => costs.find((c) => c.task === task)!.rounds.map((s) => s ?? undefined);
    for (const { task, timesGradient, seconds } of costs) {
      expect(timesGradient).toBe(medianRatio(series(task), series('gradient')));
      expect(seconds.lower).toBeLessThanOrEqual(seconds.median);
      expect(seconds.upper).toBeGreaterThanOrEqual(seconds.median);
    }
  });

  it.each([
    ['1', ['loss', 'gradient', 'stacked-order-1']],
    ['2', ['loss', 'gradient', 'hvp', 'stacked-order-2']],
  ])('goes no further than order %s', async (order, tasks) => {
    const { costs } = await benched('small-mlp', '--batch', '2', '--order', order);
    expect(costs.map((c) => c.task)).toEqual(tasks);
  });

  it('feeds a model of the zoo with as many random examples as asked, and says so', async () => {
    const { inputs, dtype } = await benched('lenet', '--batch', '3', '--dtype', 'float64');
    expect(dtype).toBe('float64');
    expect(inputs).toEqual({
      source: 'random',
      arrays: [
        { name: 'x', dtype: 'float64', shape: [3, 3, 32, 32], values: 'standard normal' },
        { name: 'y', dtype: 'int64', shape: [3], values: '0 to 9' },
      ],
    });
  });

  it('shows a table, the machine and the inputs', async () => {
    const { status, out, err } = await hograd('bench', 'small-mlp', '--batch', '2', ...BRIEF);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^small-mlp: 52650 parameters in 6 groups \(canonical\), float32, loss /);
    expect(out).toMatch(/^random inputs: x float32\[2, 784\] standard normal; y int64\[2\] 0 to 9$/m);
    expect(out).toMatch(/1 thread on \d+ cores?, cpu; ONNX Runtime \d/);
    for (const row of ['loss', 'gradient', 'H·v product', 'summary, order 2', 'summary, order 3'])
      expect(out).toMatch(new RegExp(`^${row} +[\\d.]+ `, 'm'));
    expect(out).toMatch(/✓ self-check of ḡ and H̄: off by /);
  });
});

describe('the self-check', () => {
  const w = input('w', [2], 'float64') as Input;
  const vector = (...values: number[]) => tensor(values, [values.length], 'float64');
  // u = (3, 4) and Hu = (1, −2): |u|² = 25, u·(Hu) = −5.
  const right = {
    gradient: { 'gradient.w': vector(3, 4) },
    hvp: { 'hvp.w': vector(1, -2) },
    'stacked-order-3': { gbar: vector(9, 16), Hbar: tensor([4, -6, -6, 3], [2, 2], 'float64'), D3: vector(1, 2) },
    'generic-order-3': { gbar: vector(9, 16), Hbar: tensor([4, -6, -6, 3], [2, 2], 'float64'), D3: vector(1, 2) },
  };

  it('finds nothing where ḡ adds up to |u|², and H̄ to u·(Hu)', () => {
    expect(agreementOf(right, [w])).toEqual({ compared: ['gbar', 'Hbar', 'D3'], difference: 0, agrees: true });
  });

  it.each([
    ['gbar', vector(9, 17), 1 / 26],
    ['Hbar', tensor([4, -6, -6, 4], [2, 2], 'float64'), 1 / 20],
    ['D3', vector(1, -2), 4 / 3],
  ])('finds a wrong %s', (name, value, difference) => {
    const wrong = { ...right, 'generic-order-3': { ...right['generic-order-3'], [name]: value } };
    expect(agreementOf(wrong, [w])).toMatchObject({ difference: expect.closeTo(difference, 12), agrees: false });
  });
});

/** A model of one parameter w [3] on rows of x, as ONNX; `loss` gets their product. */
const modelWith = (x: ReturnType<typeof input>, values: ReturnType<typeof input>): string => {
  const w = input('w', [3], 'float32');
  const target = input('t', x.shape, 'float32');
  const graph = makeGraph(
    [{ name: 'loss', value: meanSquaredError(mul(values, w), target) }],
    undefined,
    new Map<string, Tensor>([['w', tensor([1, 2, 3], [3], 'float32')]]),
  );
  const path = join(folder, `${Math.random()}.onnx`);
  writeFileSync(path, encode(graph, { keepInitializers: true }));
  return path;
};

describe('random inputs', () => {
  it('are indices of the axis that they pick from, and the same each time', () => {
    const tokens = input('tokens', ['N', 4], 'int64');
    const table = input('table', [7, 3], 'float32');
    const loss = reduceSum(gather(table, tokens));
    const graph = makeGraph(
      [{ name: 'loss', value: loss }],
      undefined,
      new Map([['table', tensor(new Array(21).fill(1), [7, 3], 'float32')]]),
    );
    const { arrays, described } = randomInputs({ graph, loss }, 500);
    expect(described).toEqual([{ name: 'tokens', dtype: 'int64', shape: [500, 4], values: '0 to 6' }]);
    const values = Array.from(arrays.tokens!.data as BigInt64Array, Number);
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(randomInputs({ graph, loss }, 500).arrays).toEqual(arrays);
  });
});

describe('hograd bench refuses', () => {
  const row = input('x', ['N', 3], 'float32');
  const long = input('x', ['N', 'T', 3], 'float32');
  const whole = input('x', ['N', 3], 'int64');
  const fixed = input('x', [2, 3], 'float32');
  const notNumbers = join(folder, 'inputs.npz');
  writeFileSync(
    notNumbers,
    encodeNpz()({ x: tensor([-1, 1, 1], [1, 3], 'float32'), t: tensor([1, 1, 1], [1, 3], 'float32') }),
  );

  it.each([
    [
      'a model that is nowhere',
      () => ['bert'],
      /there is no model "bert": give an \.onnx file, or one of the zoo: small-mlp, /,
    ],
    ['a file that is not there', () => ['bert.onnx'], /bert\.onnx does not exist; check the path/],
    [
      'a length that nobody knows',
      () => [modelWith(long, long)],
      /input "x" is float32\[N, T, 3\], and nothing says how long T is; give real inputs with --inputs FILE\.npz/,
    ],
    [
      'integers that could mean anything',
      () => [modelWith(row, cast(whole, 'float32'))],
      /input "x" is int64, and the graph does not say which values make sense in it; give real inputs with --inputs FILE\.npz/,
    ],
    [
      'a batch where the model has its own',
      () => [modelWith(fixed, fixed), '--batch', '4'],
      /--batch has nothing to set: the shapes of the model’s inputs are fixed; leave it out/,
    ],
    [
      'a batch for inputs of a file',
      () => [...fixture('mlp-tanh'), '--batch', '4'],
      /--batch is for random inputs; with --inputs the examples are those of the file/,
    ],
    [
      'more than can be drawn',
      () => ['mlp', '--batch', '1000000000'],
      /too much to draw at random; take a smaller --batch/,
    ],
    [
      'more than fits into memory, before anything runs',
      () => [modelWith(row, matmul(matmul(row, transpose(row, [1, 0])), row)), '--batch', '1000000'],
      /loss holds about [\d.]+ GiB at once, more than the [\d.]+ GiB that there are; take fewer examples/,
    ],
    [
      'a loss that is no number, on random inputs',
      () => [modelWith(row, log(row))],
      /the loss is NaN on random inputs; give real ones with --inputs FILE\.npz/,
    ],
    [
      'a loss that is no number, on real ones',
      () => [modelWith(row, log(row)), '--inputs', notNumbers],
      /inputs\.npz: the loss is NaN on these inputs; give others, for which it is finite/,
    ],
    [
      'options that contradict one another',
      () => ['mlp', '--loss', 'loss', '--mse', 'output'],
      /--loss and --mse each name a loss/,
    ],
  ])('%s', async (_, args, message) => {
    const { status, out, err } = await hograd('bench', ...args(), ...BRIEF);
    expect([status, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
