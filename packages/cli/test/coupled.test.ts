/** Losses that are no means over independent examples: sums, batch statistics; and parameters that they do not change with. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz, normal, takeRows } from '@hograd/data';
import {
  add,
  decode,
  div,
  type Expr,
  encode,
  gather,
  gatherElements,
  input,
  logSoftmax,
  makeGraph,
  matmul,
  mean,
  mul,
  neg,
  reduceSum,
  relu,
  reshape,
  softmaxCrossEntropy,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { couplingText, findCoupling } from '../src/coupling.js';
import { PROCESS } from '../src/memoryPlan.js';
import { makeOptimizer } from '../src/training/methods.js';
import { openModel, openParts, openRun } from '../src/training/openRun.js';
import { numbers, type Tensors } from '../src/training/tensors.js';
import { hograd, metricsLines } from './capture.js';
import { scratch } from './scratch.js';

const { folder, write } = scratch();

const [SIZE, INPUTS, HIDDEN, CLASSES] = [200, 6, 12, 3];

const examples = (part: string) => {
  const x = Array.from(normal([3, part], SIZE * INPUTS));
  const y = Array.from({ length: SIZE }, (_, i) => {
    const scores = [0, 1, 2].map((c) => x[i * INPUTS + c]! + 0.3 * x[i * INPUTS + c + 3]!);
    return scores.indexOf(Math.max(...scores));
  });
  return { x: tensor(x, [SIZE, INPUTS], 'float32'), y: tensor(y, [SIZE], 'int64') };
};
const [train, test] = [examples('train'), examples('test')];
const data = write('data.npz', encodeNpz()({ x_train: train.x, y_train: train.y, x_test: test.x, y_test: test.y }));
const inputs = write('inputs.npz', encodeNpz()({ x: train.x, y: train.y }));

const shapes = { w0: [INPUTS, HIDDEN], b0: [HIDDEN], gain: [HIDDEN], w1: [HIDDEN, CLASSES], b1: [CLASSES] };
const values = new Map<string, Tensor>(
  Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, c) => a * c);
    const own = name === 'gain' ? new Array<number>(size).fill(1) : Array.from(normal([5, name], size), (v) => v / 2);
    return [name, tensor(own, shape, 'float32')];
  }),
);
const [w0, b0, gain, w1, b1] = Object.entries(shapes).map(([name, shape]) => input(name, shape)) as [
  Expr,
  Expr,
  Expr,
  Expr,
  Expr,
];

/** By the mean and the deviation of the batch: what is added to all examples alike is taken off again. */
const normalized = (a: Expr): Expr => {
  const centred = sub(a, mean(a, [0]));
  return div(centred, sqrt(add(mean(square(centred), [0]), 1e-5)));
};
const x = input('x', ['N', INPUTS]);
const labels = input('y', ['N'], 'int64');
const hidden = add(matmul(x, w0), b0);
const scores = (a: Expr): Expr => add(matmul(relu(mul(a, gain)), w1), b1);
const file = (name: string, loss: Expr, own: ReadonlyMap<string, Tensor> = values): string =>
  write(name, encode(makeGraph([{ name: 'loss', value: loss }], [], own), { keepInitializers: true }));

/** −log p[n, y[n]] [N]. */
const perExample = (logits: Expr, y: Expr): Expr =>
  neg(reshape(gatherElements(logSoftmax(logits, 1), reshape(y, ['N', 1]), 1), ['N']));

const plain = file('mean.onnx', softmaxCrossEntropy(scores(hidden), labels));
const batchNorm = file('batchNorm.onnx', softmaxCrossEntropy(scores(normalized(hidden)), labels));
const sum = file('sum.onnx', mul(softmaxCrossEntropy(scores(hidden), labels), reduceSum(add(mul(mean(x, [1]), 0), 1))));

const SAFE = 'newton-summary-safe';
const run = async (out: string, model: string, ...args: string[]) => {
  const path = join(folder, out);
  const ran = await hograd(
    ...['train', '--model', model, '--data', data, '--batch', '40', '--epochs', '12', '--out', path, ...args],
  );
  expect(ran.err).not.toMatch(/hograd:/);
  return { ...ran, lines: metricsLines(join(path, SAFE)), model: join(path, SAFE, 'model.onnx') };
};

describe('a loss over the batch that is no mean over its examples', { timeout: 120_000 }, () => {
  it.each([
    ['a sum', sum],
    ['batch statistics', batchNorm],
  ])('is trained all the same: %s', async (_, model) => {
    const { lines } = await run('coupled', model);
    const judged = lines.filter((line) => line.predicted && line.predicted.decrease > 0.01 * line.loss);
    expect(judged.length).toBeGreaterThan(3);
    // Judged by the loss that was summarized, steps do what their model says.
    for (const { predicted, decrease, retries } of judged) {
      expect(decrease / predicted.decrease).toBeGreaterThan(0.2);
      expect(retries).toBeLessThan(4);
    }
    const epochs = lines.filter((line) => line.epoch);
    expect(epochs.at(-1).testLoss).toBeLessThan(0.6 * epochs[0].testLoss);
    expect(epochs.at(-1).testAccuracy).toBeGreaterThan(0.85);
  });

  it.each([
    ['whole batches', 40],
    ['a last one that is filled up', 60],
  ])('has train and test losses in one unit: %s', async (_, batch) => {
    const last = async (model: string, lr: number) => {
      const out = join(folder, `unit-${batch}-${lr}`);
      const { status, out: text } = await hograd(
        ...['train', '--model', model, '--data', data, '--batch', String(batch), '--epochs', '2'],
        ...['--optimizer', 'sgd', '--lr', String(lr), '--out', out],
      );
      expect(status).toBe(0);
      const html = readFileSync(join(out, 'report.html'), 'utf8');
      return { text, html, ...metricsLines(join(out, 'sgd')).at(-1) };
    };
    // A sum's gradient is the mean's times the batch: the two runs take the same steps.
    const [summed, meant] = [await last(sum, 0.3 / batch), await last(plain, 0.3)];
    expect(summed.trainLoss / meant.trainLoss / batch).toBeCloseTo(1, 4);
    expect(summed.testLoss / meant.testLoss / batch).toBeCloseTo(1, batch === 40 ? 4 : 1);
    expect(summed.testAccuracy).toBe(meant.testAccuracy);
    const said = `no mean over independent examples: .*: train and test losses are means over batches of ${batch}`;
    for (const shown of [summed.text, summed.html]) expect(shown).toMatch(new RegExp(said));
    for (const shown of [meant.text, meant.html]) expect(shown).not.toMatch(/no mean/);
  });

  it('fills a batch up where there are fewer examples to test on', async () => {
    const few = write(
      'few.npz',
      encodeNpz()({
        x_train: train.x,
        y_train: train.y,
        x_test: tensor(Array.from(test.x.data.subarray(0, 7 * INPUTS)), [7, INPUTS], 'float32'),
        y_test: tensor(Array.from(test.y.data.subarray(0, 7) as never, Number), [7], 'int64'),
      }),
    );
    const losses = [sum, plain].map(async (model, k) => {
      const options = { model, data: few, seed: 1, batch: 14, device: 'cpu', partition: 'canonical' } as const;
      const run = await openRun(makeOptimizer('sgd', {}), await openModel(options), await openParts(few, 1), options);
      const { testLoss } = await run.evaluate(run.trainer.initial.carried).finally(run.release);
      expect(run.coupling?.batch).toBe([14, undefined][k]);
      return testLoss;
    });
    const [summed, meant] = await Promise.all(losses);
    expect(summed! / meant!).toBeCloseTo(14, 4);
  });

  it('is found by trying, and a mean over examples is none', async () => {
    const of = (whole: (count: number) => number) =>
      findCoupling('float64', { examples: 100, slice: 7, parameters: {} }, async ({ length }) => ({
        values: { loss: tensor([whole(length)], [], 'float64') },
        count: length,
      }));
    expect(await of(() => 1.25)).toBeUndefined();
    expect(await of(() => Number.NaN)).toBeUndefined();
    expect(await of((count) => 1.25 * count)).toEqual({ examples: 7, atOnce: 8.75, oneByOne: 1.25 });
  });

  it('is tried beside the parameters, or where the loss is not finite there at them', async () => {
    const at: Tensors = { w: tensor([0, 0, 0], [3], 'float32'), v: tensor([1, -1], [2], 'float32') };
    const before = structuredClone(at);
    const seen: number[][] = [];
    const found = await findCoupling(
      'float32',
      { examples: 8, slice: 9, parameters: at },
      async ({ length }, { w, v }) => {
        seen.push(numbers(w!).concat(numbers(v!)) as number[]);
        const loss = numbers(w!)[0] === 0 ? length : Number.NaN;
        return { values: { loss: tensor([loss], [], 'float32') }, count: length };
      },
    );
    expect(found).toEqual({ examples: 8, atOnce: 8, oneByOne: 1 });
    const [beside] = seen;
    expect(seen.at(-1)).toEqual([0, 0, 0, 1, -1]);
    expect(beside!.every((value, i) => value !== [0, 0, 0, 1, -1][i] && Math.abs(value) < 2)).toBe(true);
    expect(at).toEqual(before);
  });

  it('is a loss that is a number over several examples alone, as a variance is', async () => {
    const found = await findCoupling('float32', { examples: 9, slice: 9, parameters: {} }, async ({ length }) => ({
      values: { loss: tensor([length === 1 ? Number.NaN : 2], [], 'float32') },
      count: length,
    }));
    expect(found).toEqual({ examples: 9, atOnce: 2, oneByOne: Number.NaN });
  });

  it('takes examples from everywhere, each once', async () => {
    const seen: number[] = [];
    await findCoupling('float64', { examples: 1000, slice: 1000, parameters: {} }, async (indices) => {
      if (indices.length === 1) seen.push(indices[0]!);
      return { values: { loss: tensor([1], [], 'float64') }, count: indices.length };
    });
    expect(new Set(seen).size).toBe(16);
    expect([Math.min(...seen) < 300, Math.max(...seen) > 700, Math.max(...seen) < 1000]).toEqual([true, true, true]);
  });

  it.each([
    [1, 2],
    [2, 2],
    [3, 3],
    [9, 9],
    [1000, 16],
  ])('is found with slices of %d examples by %d at once', async (slice, most) => {
    const counts: number[] = [];
    const found = await findCoupling('float64', { examples: 100, slice, parameters: {} }, async ({ length }) => {
      counts.push(length);
      return { values: { loss: tensor([length], [], 'float64') }, count: length };
    });
    expect(found).toMatchObject({ examples: most, atOnce: most });
    expect(Math.max(...counts)).toBe(most);
  });

  it('is found where the data are sorted by class, and where the last layer is zeros', async () => {
    const weights = input('weights', [CLASSES]);
    const scale = gather(weights, labels);
    const picked = mul(scale, perExample(scores(hidden), labels));
    const weighted = div(reduceSum(picked), reduceSum(scale));
    const order = Array.from({ length: SIZE }, (_, i) => i).sort((i, j) => Number(train.y.data[i]! - train.y.data[j]!));
    const sorted = write('sorted.npz', encodeNpz()({ x: takeRows(train.x, order), y: takeRows(train.y, order) }));
    const own = (name: string, last: Tensor): string =>
      file(name, weighted, new Map([...values, ['weights', tensor([1, 10, 0.1], [CLASSES], 'float32')], ['w1', last]]));
    const zeros = tensor(new Float32Array(HIDDEN * CLASSES), [HIDDEN, CLASSES], 'float32');
    const limit = ['--memory-limit', String(PROCESS + 100_000)];
    for (const model of [own('weighted.onnx', values.get('w1')!), own('zeros.onnx', zeros)]) {
      const args = ['--params', 'w0,b0,gain,w1,b1', ...limit];
      const { status, err } = await hograd('summarize', model, '--inputs', sorted, ...args);
      expect([status, err]).toEqual([2, expect.stringMatching(/no mean over independent examples/)]);
    }
  });

  it('tells two losses apart in its message', () => {
    expect(couplingText({ examples: 16, atOnce: 2.20941, oneByOne: 2.2092 })).toMatch(/2\.2094 at once and 2\.2092 on/);
    expect(couplingText({ examples: 16, atOnce: 3, oneByOne: 1.5 })).toMatch(/it is 3 at once and 1\.5 on/);
  });

  it('is not cut into slices by summarize, and said to be by analyze', async () => {
    const limit = ['--memory-limit', String(PROCESS + 100_000)];
    const sliced = await hograd('summarize', plain, '--inputs', inputs, ...limit);
    expect([sliced.status, sliced.err]).toEqual([0, '']);
    for (const model of [sum, batchNorm]) {
      const { status, err } = await hograd('summarize', model, '--inputs', inputs, ...limit);
      expect(status).toBe(2);
      expect(err).toMatch(
        /--memory-limit asks for slices of the batch, and the loss is no mean over independent examples: over \d+ of them, beside the parameters, it is .* at once and .* on average one by one .*; raise the limit until the batch fits/,
      );
    }
    const analyze = (model: string) =>
      hograd(
        ...['analyze', '--model', model, '--data', data, '--epochs', '1', '--at', '0', ...limit],
        ...['--out', join(folder, 'analysis')],
      );
    expect((await analyze(plain)).out).not.toMatch(/no mean/);
    expect((await analyze(batchNorm)).out).toMatch(
      /no mean over independent examples: .*: what was measured are means over slices of \d+ examples; raise --memory-limit/,
    );
    const whole = await hograd(
      ...['analyze', '--model', sum, '--data', data, '--epochs', '1', '--at', '0', '--out', join(folder, 'whole')],
    );
    expect(whole.out).toMatch(/no mean over .*: train and test losses are means over batches of 100\n/);
  });
});

describe('in the precision that is asked for', { timeout: 60_000 }, () => {
  const error = mean(square(sub(matmul(x, w0), input('t', ['N', HIDDEN]))));
  const regression = file('regression.onnx', error, new Map([['w0', values.get('w0')!]]));
  const targets = (name: string) => tensor(Array.from(normal([9, name], SIZE * HIDDEN)), [SIZE, HIDDEN], 'float32');
  const archive = write(
    'regression.npz',
    encodeNpz()({ x_train: train.x, y_train: targets('train'), x_test: test.x, y_test: targets('test') }),
  );

  it('analyze takes the targets of a regression, too', async () => {
    const looks = ['float32', 'float64'].map(async (dtype) => {
      const out = join(folder, dtype);
      const { status } = await hograd(
        ...['analyze', '--model', regression, '--data', archive, '--batch', '40', '--epochs', '1', '--at', '0'],
        ...['--dtype', dtype, '--out', out],
      );
      expect(status).toBe(0);
      return JSON.parse(readFileSync(join(out, 'analysis.json'), 'utf8')).moments[0];
    });
    const [single, double] = await Promise.all(looks);
    expect(single.loss).not.toBe(double.loss);
    expect(single.loss).toBeCloseTo(double.loss, 5);
    expect(single.Hbar[0][0] / double.Hbar[0][0]).toBeCloseTo(1, 5);
  });

  it('a summary that overflows is no result', async () => {
    const batch = write('batch.npz', encodeNpz()({ x: train.x, y: train.y }));
    const huge = Object.fromEntries(
      [...values].map(([name, { shape, data }]) => [
        name,
        tensor(
          Array.from(data as Float32Array, () => 1e15),
          shape,
          'float32',
        ),
      ]),
    );
    const along = ['--inputs', batch, '--direction', write('huge.npz', encodeNpz()(huge))];
    const { status, out, err } = await hograd('summarize', plain, ...along, '--json');
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/overflowed in float32; use --dtype float64, scale the direction down, or leave D3 out/);
    expect((await hograd('summarize', plain, ...along, '--json', '--dtype', 'float64')).status).toBe(0);
  });
});

describe('a parameter that the loss does not change with', { timeout: 120_000 }, () => {
  it('stays to the bit, though rounding gives it a gradient; all others move', async () => {
    const { lines, out, model } = await run('inexact', batchNorm);
    expect(lines[0].inexact).toEqual(['b0']);
    // Tried at the first summary of each epoch that has one.
    expect(lines.filter((line) => line.inexact)).toHaveLength(7);
    expect(out).toContain(`\n${SAFE} left b0 as it is: the loss does not change with a bias before a normalisation`);
    const trained = decode(readFileSync(model));
    if (E.isLeft(trained)) throw new Error(trained.left.message);
    for (const [name, value] of values) {
      const after = trained.right.initializers.get(name)!;
      if (name === 'b0') expect(after.data).toEqual(value.data);
      else expect(after.data).not.toEqual(value.data);
    }
    expect((await run('plain', plain)).lines.some((line) => line.inexact)).toBe(false);
  });
});
