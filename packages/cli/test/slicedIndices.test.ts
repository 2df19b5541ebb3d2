/** Language models in which the last token and the first label are cut off: what is read is held against its range, and no more. */

import { join } from 'node:path';
import { encodeNpz } from '@hograd/data';
import {
  type Expr,
  gather,
  input,
  logSoftmax,
  matmul,
  negativeLogLikelihood,
  sliceAxis,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
  transpose,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { PROCESS } from '../src/memoryPlan.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';
import { archiveOf, fileWith, LENGTH, type Part, SIZES, VALUES, VOCABULARY } from './texts.js';

const { folder, write } = scratch();

const values = new Map([['e', VALUES.get('e')!]]);
const embedding = input('e', values.get('e')!.shape);
const [ids, labels] = ['ids', 'labels'].map((name) => input(name, ['N', LENGTH], 'int64')) as [Expr, Expr];
const logits = matmul(gather(embedding, sliceAxis(ids, 1, 0, LENGTH - 1), 0), transpose(embedding, [1, 0]));
const next = sliceAxis(labels, 1, 1, LENGTH - 1);
const scores = transpose(logits, [0, 2, 1]);
const model = write('model.onnx', fileWith(values, { loss: softmaxCrossEntropy(scores, next) }));
const ignoring = negativeLogLikelihood(logSoftmax(scores, 1), next, { ignored: -100 });
const padded = write('padded.onnx', fileWith(values, { loss: ignoring }));

const rows = (count: number, changed: Readonly<Record<number, number>> = {}): Tensor =>
  tensor(
    Array.from({ length: count * LENGTH }, (_, i) => changed[i] ?? (3 * i + 1) % VOCABULARY),
    [count, LENGTH],
    'int64',
  );

const batch = (name: string, ofIds: Tensor, ofLabels: Tensor): string =>
  write(`${name}.npz`, encodeNpz()({ ids: ofIds, labels: ofLabels }));

const summarized = (of: string, inputs: string, ...args: string[]) =>
  hograd('summarize', of, '--inputs', inputs, '--json', ...args);

describe('tokens and labels of which a part is cut off', () => {
  it.each([
    ['a token that is read', rows(2, { 1: VOCABULARY }), rows(2), /7 at|out of bounds|indices/],
    [
      'a label that is read',
      rows(2),
      rows(2, { 5: -1 }),
      /label -1 at index 5 of "labels" is out of range; the model has 7/,
    ],
    ['a label beyond', rows(2), rows(2, { 2: 7 }), /label 7 at index 2 of "labels" is out of range/],
  ])('%s must be in range', async (name, ofIds, ofLabels, message) => {
    const { status, err } = await summarized(model, batch(name.replaceAll(' ', '-'), ofIds, ofLabels));
    expect([status, err]).toEqual([expect.any(Number), expect.stringMatching(message)]);
    expect(status).not.toBe(0);
  });

  it('what is cut off may be anything', async () => {
    const usual = await summarized(model, batch('usual', rows(2), rows(2)));
    const other = await summarized(model, batch('other', rows(2, { 3: -1, 7: 99 }), rows(2, { 0: -1, 4: 50 })));
    expect([usual.status, other.status]).toEqual([0, 0]);
    expect(JSON.parse(other.out).Hbar).toEqual(JSON.parse(usual.out).Hbar);
  });

  it('slices of the batch count the labels that are read', async () => {
    // The first of each row is cut off, and of the others some count for nothing: 1, 3, 2 and 3 count.
    const inputs = batch('holes', rows(4), rows(4, { 0: 2, 1: -100, 2: -100, 4: -100, 8: -100, 9: -100 }));
    const args = ['--dtype', 'float64'];
    const [whole, sliced] = [
      await summarized(padded, inputs, ...args),
      await summarized(padded, inputs, ...args, '--memory-limit', String(PROCESS + 12_000)),
    ].map(({ out, err }) => {
      expect(err).toBe('');
      return JSON.parse(out);
    });
    expect(sliced.memory).toMatch(/slices of at most/);
    expect(sliced.loss).toBeCloseTo(whole.loss, 12);
    expect(sliced.gbar[0]).toBeCloseTo(whole.gbar[0], 12);
    expect(sliced.Hbar[0][0]).toBeCloseTo(whole.Hbar[0][0], 12);
  });

  it('hograd bench draws tokens and labels that there are', async () => {
    const { status, err } = await hograd('bench', model, '--batch', '2', '--json');
    expect([status, err]).toEqual([0, expect.anything()]);
  });

  it('hograd train holds what is read against its range', async () => {
    const trained = (name: string, ofIds: Tensor, ofLabels: Tensor) => {
      const test = rows(SIZES.test);
      const arrays = {
        ids: (part: Part) => (part === 'train' ? ofIds : test),
        labels: (part: Part) => (part === 'train' ? ofLabels : test),
      };
      const data = write(`${name}-data.npz`, archiveOf(arrays));
      const args = ['--data', data, '--optimizer', 'adam', '--epochs', '1', '--batch', '8'];
      return hograd('train', '--model', model, ...args, '--out', join(folder, name));
    };
    const train = (changed: Readonly<Record<number, number>> = {}) => rows(SIZES.train, changed);
    expect(await trained('good', train({ 3: -1 }), train())).toMatchObject({ status: 0 });
    const token = await trained('token', train({ 5: -2 }), train());
    expect([token.status, token.err]).toEqual([
      2,
      expect.stringMatching(/input "ids" takes whole numbers from 0 to 6, .* holds -2 at flat index 5/),
    ]);
    const label = await trained('label', train(), train({ 6: 7 }));
    expect([label.status, label.err]).toEqual([
      2,
      expect.stringMatching(/the model tells 7 classes apart, but .*label-data\.npz has 8/),
    ]);
  });
});
