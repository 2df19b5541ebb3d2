/** Labels that count for nothing, as where texts were padded: means are over the others. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz, normal, uniform } from '@hograd/data';
import {
  add,
  type Expr,
  encode,
  input,
  makeGraph,
  matmul,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
  transpose,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { PROCESS } from '../src/memoryPlan.js';
import { hograd, metricsLines } from './capture.js';
import { scratch } from './scratch.js';

const { folder, write } = scratch();

const [LENGTH, WIDTH, CLASSES] = [4, 3, 5];
const NONE = -100;

/** More test examples than are evaluated at once. */
const sizes = { train: 20, test: 1200 };

/** Features of every place of a text, and its label: none for three of four in the first half, and in all of some texts. */
const texts = (part: 'train' | 'test') => {
  const places = sizes[part] * LENGTH;
  const x = Array.from(normal([1, part, 'x'], places * WIDTH));
  const drawn = Array.from(uniform([1, part, 'y'], places));
  const y = drawn.map((u, i) => {
    const kept = i < places / 2 ? 0.25 : 0.9;
    const text = Math.floor(i / LENGTH);
    return text % 5 === 1 || u >= kept ? NONE : Math.floor((u / kept) * CLASSES);
  });
  return { x, y };
};

const archive = (name: string, write1: (part: 'train' | 'test') => { readonly x: Tensor; readonly y: Tensor }) => {
  const entries = (['train', 'test'] as const).flatMap((part) => {
    const { x, y } = write1(part);
    return [[`x_${part}`, x] as const, [`y_${part}`, y] as const];
  });
  return write(name, encodeNpz()(Object.fromEntries(entries)));
};

const padded = (none: number) =>
  archive(`padded${none}.npz`, (part) => {
    const { x, y } = texts(part);
    const labels = y.map((label) => (label === NONE ? none : label));
    return {
      x: tensor(x, [sizes[part], LENGTH, WIDTH], 'float32'),
      y: tensor(labels, [sizes[part], LENGTH], 'int32'),
    };
  });

/** The places that have labels, each an example. */
const counted = (part: 'train' | 'test') => {
  const { x, y } = texts(part);
  const kept = y.flatMap((label, i) => (label === NONE ? [] : [i]));
  return {
    x: tensor(
      kept.flatMap((i) => x.slice(i * WIDTH, (i + 1) * WIDTH)),
      [kept.length, WIDTH],
      'float32',
    ),
    y: tensor(
      kept.map((i) => y[i]!),
      [kept.length],
      'int32',
    ),
  };
};
const COUNTED = counted('train').y.data.length;

const data = padded(NONE);
const alone = archive('alone.npz', counted);

const values = new Map([
  ['w', tensor(normal([1, 'w'], WIDTH * CLASSES), [WIDTH, CLASSES], 'float32')],
  ['b', tensor(normal([1, 'b'], CLASSES), [CLASSES], 'float32')],
]);
const [w, b] = [...values].map(([name, { shape }]) => input(name, shape)) as [Expr, Expr];
const file = (name: string, output: string, value: Expr): string =>
  write(name, encode(makeGraph([{ name: output, value }], [], values), { keepInitializers: true }));

const logits = add(matmul(input('x', ['N', LENGTH, WIDTH]), w), b);
const labels = input('next', ['N', LENGTH], 'int64');
const model = file('texts.onnx', 'logits', logits);
const ofPlaces = file('places.onnx', 'logits', add(matmul(input('x', ['N', WIDTH]), w), b));
/** With its own loss, and its own mark of no label. */
const own = (name: string, ignored?: number): string =>
  file(name, 'loss', softmaxCrossEntropy(transpose(logits, [0, 2, 1]), labels, { ignored }));
const ownLoss = own('own.onnx', 7);
const everyLabel = own('every.onnx');

const train = (
  out: string,
  modelFile: string,
  archiveFile: string,
  batch: number,
  optimizer: string,
  ...args: string[]
) =>
  hograd(
    ...['train', '--model', modelFile, '--data', archiveFile, '--batch', String(batch), '--epochs', '4'],
    ...['--out', join(folder, out), '--optimizer', optimizer, ...args],
  );

const OPTIMIZERS = ['adam', 'newton-summary'] as const;
const BOTH = OPTIMIZERS.join();
const metrics = (out: string, optimizer: string) => metricsLines(join(folder, out, optimizer));

describe('labels that count for nothing', { timeout: 120_000 }, () => {
  it('leave the training, its rates and its evaluation as they are without the places that have none', async () => {
    expect((await train('padded', model, data, sizes.train, BOTH)).status).toBe(0);
    expect((await train('alone', ofPlaces, alone, COUNTED, BOTH)).status).toBe(0);
    for (const optimizer of OPTIMIZERS) {
      const [lines, others] = [metrics('padded', optimizer), metrics('alone', optimizer)];
      expect(lines.filter((line) => 'testAccuracy' in line)).toHaveLength(4);
      expect(lines).toHaveLength(others.length);
      lines.forEach((line, i) => {
        for (const key of ['loss', 'trainLoss', 'testLoss', 'testAccuracy'])
          if (key in others[i]) expect(line[key]).toBeCloseTo(others[i][key], 5);
        others[i].rates?.forEach((rate: number, s: number) => {
          expect(line.rates[s] / rate).toBeCloseTo(1, 3);
        });
      });
    }
  });

  it('are those of --ignore-index, too, and of a file’s own loss, whatever mark that has', async () => {
    expect((await train('head', model, data, 10, BOTH)).status).toBe(0);
    expect((await train('marked', model, padded(255), 10, BOTH, '--ignore-index', '255')).status).toBe(0);
    expect((await train('own', ownLoss, data, 10, BOTH)).status).toBe(0);
    for (const optimizer of OPTIMIZERS) {
      expect(metrics('marked', optimizer)).toEqual(metrics('head', optimizer));
      metrics('own', optimizer).forEach((line, i) => {
        expect(line.testLoss ?? line.loss).toBeCloseTo(
          metrics('head', optimizer)[i].testLoss ?? metrics('head', optimizer)[i].loss,
          5,
        );
      });
    }
  });

  it('are left out of the slices that tell a summary’s sampling error', async () => {
    expect((await train('safe', model, data, 10, 'newton-summary-safe', '--epochs', '20')).status).toBe(0);
    const losses = metrics('safe', 'newton-summary-safe').flatMap((line) => line.trainLoss ?? []);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    const few = archive('few.npz', (part) => {
      const { x, y } = texts(part);
      const seldom = y.map((label, i) => (Math.floor(i / LENGTH) % 5 === 0 ? label : NONE));
      return {
        x: tensor(x, [sizes[part], LENGTH, WIDTH], 'float32'),
        y: tensor(seldom, [sizes[part], LENGTH], 'int32'),
      };
    });
    const { status, err } = await train('few', model, few, 5, 'newton-summary-safe');
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/labels count in [01] of the 5 slices of 5 examples that a summary is over; give a larger/),
    ]);
  });

  it('count for nothing in a summary and an analysis, in slices as in one', async () => {
    const { x, y } = texts('test');
    const [rows, size] = [60, 60 * LENGTH];
    const start = sizes.test * LENGTH * 0.5 - size / 2;
    const inputs = write(
      'inputs.npz',
      encodeNpz()({
        x: tensor(x.slice(start * WIDTH, (start + size) * WIDTH), [rows, LENGTH, WIDTH], 'float32'),
        y: tensor(y.slice(start, start + size), [rows, LENGTH], 'int64'),
      }),
    );
    const head = ['--softmax-cross-entropy', 'logits', '--labels', 'y', '--class-axis', '-1'];
    const summarize = async (...args: string[]) => {
      const { out, err } = await hograd('summarize', model, ...head, '--inputs', inputs, '--dtype', 'float64', ...args);
      expect(err).toBe('');
      return JSON.parse(out);
    };
    const all = ['--ignore-index', String(NONE), '--json'];
    const whole = await summarize(...all);
    const sliced = await summarize(...all, '--memory-limit', String(PROCESS + 30_000));
    expect(sliced.memory).toMatch(/slices of at most/);
    expect(sliced.loss).toBeCloseTo(whole.loss, 12);
    whole.Hbar.flat().forEach((value: number, i: number) => {
      expect(sliced.Hbar.flat()[i] / value).toBeCloseTo(1, 9);
    });
    const strict = await hograd('summarize', model, ...head, '--inputs', inputs);
    expect(strict.err).toMatch(/label -100 at index \d+ of "y" is out of range; the model has 5 classes \(0 to 4\)/);

    const analyze = async (out: string, ...args: string[]) => {
      const { status } = await hograd(
        ...['analyze', '--model', model, '--data', data, '--batch', '10', '--epochs', '1', '--at', '0'],
        ...['--dtype', 'float64', '--out', join(folder, out), ...args],
      );
      expect(status).toBe(0);
      return JSON.parse(readFileSync(join(folder, out, 'analysis.json'), 'utf8')).moments[0];
    };
    const [one, several] = [await analyze('one'), await analyze('several', '--memory-limit', String(PROCESS + 30_000))];
    expect(several.loss).toBeCloseTo(one.loss, 12);
    expect(one.loss).toBeCloseTo(metrics('padded', 'adam')[0].loss, 5);
  });

  it.each([
    [
      'a loss that reads every label',
      everyLabel,
      data,
      'adam',
      /has labels that count for nothing, and the loss reads every label; export it with ignore_index=-100/,
    ],
    [
      'K-FAC',
      ofPlaces,
      archive('gaps.npz', (part) => ({
        ...counted(part),
        y: tensor(
          Array.from(counted(part).y.data, (v, i) => (i === 0 ? NONE : Number(v))),
          counted(part).y.shape,
          'int32',
        ),
      })),
      'kfac',
      /kfac needs a loss that picks one label of every example/,
    ],
    [
      'a label beyond the classes that may stand for none',
      model,
      padded(255),
      'adam',
      /tells 5 classes apart, but .* has 256; take data with as many, or say --ignore-index 255 if 255 stands for no class/,
    ],
  ])('are refused by %s', async (_, modelFile, archiveFile, optimizer, message) => {
    const { status, err } = await train('refused', modelFile, archiveFile, 5, optimizer);
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  });
});
