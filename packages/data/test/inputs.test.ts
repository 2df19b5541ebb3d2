/** Data sets of several inputs, each by its name. */

import type { Tensor } from '@hograd/graph-builder';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Dataset,
  datasetOfArrays,
  makeDataset,
  sizeOfDataset,
  splitTrainValidation,
  subset,
  takeBatch,
} from '../src/index.js';
import { leftOf, rightOf } from './either.js';

const T = 3;

const numbersOf = ({ data }: Tensor): readonly number[] => Array.from(data as ArrayLike<number | bigint>, Number);

/** `size` texts of T tokens, example i being all i, with masks of as many ones as i mod T, and labels i mod 2. */
const arraysOf = (size: number) =>
  ({
    ids: {
      dtype: 'int64',
      shape: [size, T],
      data: BigInt64Array.from({ length: size * T }, (_, k) => BigInt(Math.floor(k / T))),
    },
    mask: {
      dtype: 'bool',
      shape: [size, T],
      data: Uint8Array.from({ length: size * T }, (_, k) => Number(k % T <= Math.floor(k / T) % T)),
    },
    bytes: { dtype: 'uint8', shape: [size], data: Uint8Array.from({ length: size }, (_, i) => i) },
    y: { dtype: 'int64', shape: [size], data: BigInt64Array.from({ length: size }, (_, i) => BigInt(i % 2)) },
  }) as const;

const { y: targets, ...inputs } = arraysOf(6);
const texts: Dataset = { inputs, targets, classes: 2 };

const parts = (train: number, test: number) =>
  Object.fromEntries(
    [['train', train] as const, ['test', test] as const].flatMap(([part, size]) =>
      Object.entries(arraysOf(size)).map(([name, tensor]) => [`${name}_${part}`, tensor] as const),
    ),
  );

describe('a data set of several inputs', () => {
  it('row b of every input and of the targets is example indices[b], in the type that is stored', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { maxLength: 9 }), (indices) => {
        const batch = takeBatch(texts, indices);
        expect(Object.keys(batch)).toEqual(['ids', 'mask', 'bytes', 'y']);
        const { ids, mask, bytes, y } = batch;
        expect(ids).toEqual({
          dtype: 'int64',
          shape: [indices.length, T],
          data: BigInt64Array.from(
            indices.flatMap((i) => [i, i, i]),
            BigInt,
          ),
        });
        expect([mask!.dtype, numbersOf(mask!)]).toEqual([
          'bool',
          indices.flatMap((i) => [1, Number(i % T > 0), Number(i % T > 1)]),
        ]);
        expect(bytes).toEqual({ dtype: 'uint8', shape: [indices.length], data: Uint8Array.from(indices) });
        expect(Array.from(y!.data as BigInt64Array)).toEqual(indices.map((i) => BigInt(i % 2)));
      }),
    );
  });

  it('is the data set of its parts: a batch of a part is that batch of the whole', () => {
    const kept = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(
        kept.chain((rows) => fc.tuple(fc.constant(rows), fc.array(fc.nat({ max: rows.length - 1 }), { maxLength: 9 }))),
        ([rows, indices]) => {
          expect(takeBatch(subset(texts, rows), indices)).toEqual(
            takeBatch(
              texts,
              indices.map((i) => rows[i]!),
            ),
          );
        },
      ),
    );
    const { train, validation } = rightOf(splitTrainValidation(1, { train: 4, validation: 2 })(texts));
    const seen = [train, validation].flatMap((part) => numbersOf(part.inputs.bytes!));
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const part of [train, validation]) {
      expect(numbersOf(part.inputs.ids!)).toEqual(numbersOf(part.inputs.bytes!).flatMap((i) => [i, i, i]));
    }
  });

  it('without targets is the same but for them', () => {
    const bare = rightOf(makeDataset({ ...texts, targets: undefined, classes: 0 }));
    expect(sizeOfDataset(bare)).toBe(6);
    const [whole, { y, ...wanted }] = [takeBatch(bare, [5, 0, 5]), takeBatch(texts, [5, 0, 5])];
    expect(y).toBeDefined();
    expect(whole).toEqual(wanted);
    expect(Object.keys(whole)).toEqual(Object.keys(wanted));
    const split = rightOf(splitTrainValidation(1, { train: 4, validation: 2 })(bare));
    const labelled = rightOf(splitTrainValidation(1, { train: 4, validation: 2 })(texts));
    expect(split.train).toEqual({ ...labelled.train, targets: undefined, classes: 0 });
    const { y_train, y_test, ...arrays } = parts(6, 4);
    expect([y_train, y_test]).not.toContain(undefined);
    const { train, test } = rightOf(datasetOfArrays('a.npz')(arrays));
    expect([train, test!.targets, test!.classes]).toEqual([bare, undefined, 0]);
    const uneven = { ...inputs, bytes: { ...inputs.bytes, shape: [3, 2] } };
    expect(leftOf(makeDataset({ ...bare, inputs: uneven })).message).toBe(
      '3 rows of input "bytes" but input "ids" of shape [6, 3]; give each example one',
    );
  });

  it('leaves what it is made of as it was', () => {
    const before = structuredClone(texts);
    const { ids, bytes } = takeBatch(texts, [0, 1, 2, 3, 4, 5]);
    (ids!.data as BigInt64Array).fill(9n);
    (bytes!.data as Uint8Array).fill(9);
    expect(texts).toEqual(before);
  });

  it('normalises and augments x alone', () => {
    const x = { dtype: 'uint8', shape: [6, 1, 1, 2], data: new Uint8Array(12).fill(255) } as const;
    const dataset = { ...texts, inputs: { x, ...inputs }, normalization: { mean: [0.5], std: [2] } };
    const key = [1, 'flips'] as const;
    const batch = takeBatch(dataset, [4, 0], { image: [1, 1, 2], padding: 1, key });
    const alone = takeBatch({ ...dataset, inputs: { x } }, [4, 0], { image: [1, 1, 2], padding: 1, key });
    expect(batch).toEqual({ ...alone, ...takeBatch(texts, [4, 0]) });
    expect(() => takeBatch(texts, [0], { image: [1, 1, T], key })).toThrow(/augmentation is for input "x"/);
  });

  it.each([
    [{ inputs: {} }, 'InvalidOption', /there are no inputs; give at least one/],
    [{ inputs: { ...inputs, y: targets } }, 'InvalidOption', /an input is called "y", as a batch's targets are/],
    [
      { inputs: { ...inputs, mask: { ...inputs.mask, shape: [9, 2] } } },
      'ShapeMismatch',
      /9 rows of input "mask" but targets of shape \[6\]; give each example one/,
    ],
    [{ inputs: { ...inputs, mask: { ...inputs.mask, shape: [] } } }, 'ShapeMismatch', /"mask" has .*no example/],
    [{ inputs: { ...inputs, mask: { ...inputs.mask, shape: [6, 4] } } }, 'ShapeMismatch', /"mask": 18 elements; .* 24/],
    [{ inputs: { x: inputs.ids } }, 'UnsupportedType', /input "x": .*int64.*; give uint8 or float32, or another name/],
    [
      { inputs: { bias: { dtype: 'float32', shape: [6], data: Float32Array.of(0, 1, 2, Number.NaN, 4, 5) } } },
      'NotFinite',
      /element 3 of input "bias" .* is NaN/,
    ],
    [{ normalization: { mean: [0], std: [1] } }, 'InvalidOption', /normalisation is for input "x".*leave it out/],
  ] as const)('does not hold together with %o', (wrong, tag, message) => {
    const error = leftOf(makeDataset({ ...texts, ...wrong } as Dataset));
    expect([error._tag, error.message]).toEqual([tag, expect.stringMatching(message)]);
  });
});

describe('arrays of several inputs', () => {
  it('are a data set with a test part, or without', () => {
    const { train, test } = rightOf(datasetOfArrays('a.npz')(parts(6, 4)));
    expect([train, test]).toEqual([
      texts,
      { inputs: subset(texts, [0, 1, 2, 3]).inputs, targets: subset(texts, [0, 1, 2, 3]).targets, classes: 2 },
    ]);
    expect(rightOf(datasetOfArrays('a.npz')(arraysOf(6)))).toEqual({ train: texts, test: undefined });
  });

  it('pass over what is of no part, where others are', () => {
    const more = { ...parts(6, 4), mean: targets, _note: targets };
    expect(rightOf(datasetOfArrays('a.npz')(more))).toEqual(rightOf(datasetOfArrays('a.npz')(parts(6, 4))));
  });

  it('may have the targets under a name that is said, where there is no y', () => {
    const renamed = Object.fromEntries(
      Object.entries(parts(6, 4)).map(([name, tensor]) => [name.replace(/^y_/, 'labels_'), tensor]),
    );
    const own = datasetOfArrays('a.npz', { targets: 'labels' });
    expect(rightOf(own(renamed))).toEqual(rightOf(datasetOfArrays('a.npz')(parts(6, 4))));
    expect(rightOf(own(parts(6, 4)))).toEqual(rightOf(datasetOfArrays('a.npz')(parts(6, 4))));
    const both = rightOf(own({ ...parts(6, 4), ...renamed }));
    expect(both.train).toEqual({ ...texts, inputs: { ...inputs, labels: targets } });
  });

  it('keep their types, but for float64; the layout is for x', () => {
    const doubles = { dtype: 'float64', shape: [6, 2, 2], data: new Float64Array(24).fill(0.5) } as const;
    const floats = { dtype: 'float32', shape: [6, 2, 2], data: new Float32Array(24).fill(0.5) } as const;
    const { train } = rightOf(datasetOfArrays('a.npz', { layout: 'image' })({ x: doubles, bias: doubles, y: targets }));
    expect(train.inputs).toEqual({ x: { ...floats, shape: [6, 1, 2, 2] }, bias: floats });
  });

  const without = (name: string) => {
    const { [name]: _, ...rest } = parts(6, 4);
    return rest;
  };
  const { y: fewer } = arraysOf(5);
  it.each([
    [
      'an input to test on',
      without('mask_test'),
      'MissingArray',
      /a\.npz has no array "mask_test", only "ids_train", .*; add it/,
    ],
    ['an input to train on', without('mask_train'), 'MissingArray', /has no array "mask_train", only/],
    ['labels', without('y_test'), 'MissingArray', /has no array "y_test"/],
    ['any input', { y_train: targets, y_test: targets }, 'MissingArray', /has no array "x_train", only "y_train"/],
    [
      'a test part',
      { ids_train: inputs.ids, y_train: targets },
      'MissingArray',
      /has no array "ids_test", only "ids_train", "y_train"/,
    ],
    [
      'as many rows',
      { ...parts(6, 4), y_test: fewer },
      'ShapeMismatch',
      /a\.npz, test: 4 rows of input "ids" but targets of shape \[5\]/,
    ],
    [
      'one shape',
      { ...parts(6, 4), mask_test: { ...inputs.mask, shape: [6, 3, 1] } },
      'ShapeMismatch',
      /an example of mask_train is bool\[3\] and one of mask_test bool\[3, 1\]; store them alike/,
    ],
    [
      'one type',
      { ...parts(6, 4), mask_test: { ...inputs.mask, dtype: 'uint8' } },
      'ShapeMismatch',
      /mask_train is bool\[3\] and one of mask_test uint8\[3\]/,
    ],
  ] as const)('without %s are none', (_, arrays, tag, message) => {
    const error = leftOf(datasetOfArrays('a.npz')(arrays));
    expect([error._tag, error.message]).toEqual([tag, expect.stringMatching(message)]);
  });
});
