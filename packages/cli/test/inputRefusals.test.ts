/** What is said of data and a file of several inputs that do not fit. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpz, encodeNpz } from '@hograd/data';
import { add, type DType, input, reduceSum, type Tensor, tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';
import {
  archiveOf,
  fileOf,
  inputNamed,
  LENGTH,
  labelsOf,
  logits,
  logitsOf,
  lossByLabels,
  maskOf,
  type Part,
  SIZES,
  tokensOf,
  VOCABULARY,
} from './texts.js';

const { folder, write } = scratch();

const masked = write('masked.onnx', fileOf({ logits }));
const withLoss = write('loss.onnx', fileOf({ loss: lossByLabels }));
/** Scores to which the sum of an input is added. */
const shifted = (name: string, shape: readonly (number | string)[]): string =>
  write(`${name}.onnx`, fileOf({ logits: add(logits, reduceSum(input(name, shape), [0, 1])) }));

/** Threes of numbers. */
const numbers = (part: Part): Tensor => tensor(new Array(SIZES[part] * 3).fill(1), [SIZES[part], 3], 'float32');

const all = {
  input_ids: tokensOf,
  attention_mask: (part: Part): Tensor => maskOf(part, 'padded'),
  y: labelsOf,
};

type ArraysOf = Readonly<Record<string, (part: Part) => Tensor>>;

const archive = (name: string, arrays: ArraysOf): string => write(`${name}.npz`, archiveOf(arrays));

const without = (name: keyof typeof all): ArraysOf => {
  const { [name]: _, ...rest } = all as ArraysOf;
  return rest;
};

const shaped =
  (of: (part: Part) => Tensor, ...shape: readonly number[]) =>
  (part: Part): Tensor =>
    ({ ...of(part), shape: [SIZES[part], ...shape] }) as Tensor;

/** The first half of the elements. */
const half = ({ dtype, shape, data }: Tensor): Tensor =>
  tensor(Array.from(data, Number).slice(0, data.length / 2), [shape[0]!, shape[1]! / 2], dtype);

const ofType =
  (dtype: DType) =>
  (part: Part): Tensor =>
    maskOf(part, 'padded', dtype);

const train = (...args: readonly string[]) =>
  hograd(
    ...['train', '--model', masked, '--optimizer', 'adam', '--batch', '8', '--epochs', '1'],
    ...['--out', join(folder, 'refused'), ...args],
  );

const onePart = (() => {
  const arrays = decodeNpz('all.npz')(archiveOf(all));
  if (E.isLeft(arrays)) throw new Error(arrays.left.message);
  const { attention_mask_test: _, ...rest } = arrays.right;
  return write('one-part.npz', encodeNpz()(rest));
})();

describe('hograd train on inputs that do not fit', () => {
  it.each<readonly [string, readonly string[], RegExp]>([
    [
      'an input without arrays',
      ['--data', archive('no-mask', without('attention_mask'))],
      /masked\.onnx: its loss reads the inputs "attention_mask", "input_ids" beside "labels", and .*no-mask\.npz has none for "attention_mask"; store "attention_mask_train" and "attention_mask_test" in a FILE\.npz, or make "attention_mask" a constant/,
    ],
    [
      'x for several',
      ['--data', archive('x', { x: tokensOf, y: labelsOf })],
      /has none for "attention_mask", "input_ids"; store "attention_mask_train"/,
    ],
    [
      'digits for several',
      ['--data', 'synthetic'],
      /and synthetic has none for "attention_mask", "input_ids"; store "attention_mask_train" and "attention_mask_test" in a FILE\.npz/,
    ],
    [
      'an array that is no input',
      ['--data', archive('more', { ...all, position_ids: tokensOf })],
      /has the arrays "position_ids_train" and "position_ids_test", and the model no input "position_ids"; its inputs are "attention_mask", "input_ids": rename the arrays, or leave them out/,
    ],
    [
      'x beside all inputs',
      ['--data', archive('and-x', { ...all, x: tokensOf })],
      /and the model no input "x" \("x" stands for the only one\); its inputs are "attention_mask", "input_ids"/,
    ],
    [
      'no labels',
      ['--data', archive('no-labels', without('y'))],
      /masked\.onnx: "logits" is no loss, and .*no-labels\.npz has neither labels nor targets to compare it with; store them as "y_train"/,
    ],
    [
      'labels twice',
      ['--model', withLoss, '--data', archive('twice', { ...all, labels: labelsOf })],
      /has targets under two names, "y" and "labels"; leave one of them out/,
    ],
    [
      'targets twice',
      ['--mse', 'logits', '--data', archive('targets', { ...all, target: numbers, y: numbers })],
      /has targets under two names, "y" and "target"; leave one of them out/,
    ],
    [
      'a fraction of a mask for whole numbers',
      ['--data', archive('floats', { ...all, attention_mask: ofType('float32') })],
      /masked\.onnx: .*floats\.npz: array "attention_mask" is float32, the model needs int64; store it as that/,
    ],
    [
      'whole numbers for another kind',
      [
        ...['--model', write('float.onnx', fileOf({ logits: logitsOf(inputNamed('attention_mask', 'float32')) }))],
        ...['--data', archive('bytes', { ...all, attention_mask: ofType('uint8') })],
      ],
      /array "attention_mask" is uint8, the model needs float32; store it as that/,
    ],
    [
      'numbers beyond the type',
      [
        ...['--model', write('bool.onnx', fileOf({ logits: logitsOf(inputNamed('attention_mask', 'bool')) }))],
        ...['--data', archive('twos', { ...all, attention_mask: tokensOf })],
      ],
      /array "attention_mask" does not fit: .*bool/,
    ],
    [
      'a token beyond the vocabulary',
      [
        '--data',
        archive('beyond', {
          ...all,
          input_ids: (part) => tensor(new Array(SIZES[part] * LENGTH).fill(VOCABULARY), [SIZES[part], LENGTH], 'int64'),
        }),
      ],
      /input "input_ids" takes whole numbers from 0 to 6, .*beyond\.npz holds 7 at flat index 0/,
    ],
    [
      'other lengths',
      ['--data', archive('short', { ...all, attention_mask: (part) => half(maskOf(part, 'ones')) })],
      /the model has "attention_mask" and "input_ids" as long as one another \(T\), and in .*short\.npz that is 2 and 4/,
    ],
    [
      'another rank',
      ['--data', archive('deep', { ...all, attention_mask: shaped(all.attention_mask, 2, 2) })],
      /input "attention_mask" takes examples of shape \[T\], those of .*deep\.npz are \[2, 2\]/,
    ],
    [
      'an input named like one of the step',
      [...['--model', shifted('rate', ['N', 3])], ...['--data', archive('rate', { ...all, rate: numbers })]],
      /input "rate" is called like an input of the training step; rename it/,
    ],
    [
      'a frozen batch',
      [...['--model', shifted('shift', [4, 3])], ...['--data', archive('shift', { ...all, shift: numbers })]],
      /input "shift" \[4, 3\] has its batch frozen at 4; export it with a free one/,
    ],
    [
      'texts for a model of the zoo',
      ['--model', 'small-mlp', '--data', archive('zoo', all)],
      /model "small-mlp" takes one input, x, and .*zoo\.npz has "input_ids", "attention_mask"; store the images as "x_train"/,
    ],
  ])('refuses %s in one line, with status 2', async (_, args, message) => {
    const { status, err, out } = await train(...args);
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect([status, out]).toEqual([2, '']);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  it('refuses data without a test part, and other numbers of rows, naming the array', async () => {
    const { status, err } = await train('--data', onePart);
    expect([status, err]).toEqual([2, expect.stringMatching(/one-part\.npz has no array "attention_mask_test", only/)]);
    const whole = archive('whole', {});
    writeFileSync(whole, encodeNpz()(Object.fromEntries(Object.entries(all).map(([name, of]) => [name, of('train')]))));
    expect((await train('--data', whole)).err).toMatch(
      /whole\.npz has no test set; .* on: store the arrays input_ids_train, attention_mask_train, y_train, input_ids_test, attention_mask_test and y_test\n/,
    );
    const rows = await train(
      '--data',
      archive('rows', { ...all, attention_mask: (part) => maskOf(part === 'train' ? 'test' : 'train', 'ones') }),
    );
    expect([rows.status, rows.err]).toEqual([
      2,
      expect.stringMatching(/rows\.npz, train: 12 rows of input "attention_mask" but targets of shape \[24\]/),
    ]);
  });
});

describe('hograd experiment on several inputs', { timeout: 60_000 }, () => {
  it('performs its runs, each model with the targets under the name that it has', async () => {
    const data = archive('own-name', { ...without('y'), labels: labelsOf });
    const file = join(folder, 'texts.yaml');
    writeFileSync(
      file,
      `{ title: Texts, model: ${withLoss}, data: ${data}, batch: 8, epochs: 1, seeds: [1], optimizers: [{ optimizer: newton-summary-safe }, { optimizer: adam }] }`,
    );
    const out = join(folder, 'experiment');
    const { status, err } = await hograd('experiment', file, '--threads', '1', '--json', '--out', out);
    expect([status, status === 0 ? '' : err]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))).toBeTruthy();
  });
});
