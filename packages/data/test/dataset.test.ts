import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkFinite,
  checkLabels,
  type Dataset,
  datasetOfArrays,
  exampleShape,
  inLayout,
  type LabelledDataset,
  makeDataset,
  NO_LABEL,
  type Normalization,
  sizeOfDataset,
  splitTrainValidation,
  subset,
  takeBatch,
} from '../src/index.js';
import { leftOf, rightOf } from './either.js';

const labels = (...values: readonly number[]) =>
  ({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }) as const;

/** `size` examples of shape [2, 3], example i being all i, labelled i mod 3. */
const counting = (size: number): LabelledDataset => ({
  inputs: {
    x: {
      dtype: 'uint8',
      shape: [size, 2, 3],
      data: Uint8Array.from({ length: 6 * size }, (_, i) => Math.floor(i / 6)),
    },
  },
  targets: labels(...Array.from({ length: size }, (_, i) => i % 3)),
  classes: 3,
});

const indicesBelow = (size: number) => fc.array(fc.nat({ max: size - 1 }), { maxLength: 12 });

describe('takeBatch', () => {
  it('row b is example indices[b], bytes as v/255', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }).chain((size) => fc.tuple(fc.constant(size), indicesBelow(size))),
        ([size, indices]) => {
          const { x, y } = takeBatch(counting(size), indices);
          expect(x.shape).toEqual([indices.length, 2, 3]);
          expect(Array.from(x.data)).toEqual(indices.flatMap((i) => new Array(6).fill(Math.fround(i / 255))));
          expect(y).toEqual(labels(...indices.map((i) => i % 3)));
        },
      ),
    );
  });

  it('normalises each channel by its own mean and deviation, bytes and floats alike', () => {
    const bytes = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
    const normalization: Normalization = { mean: [0.1, 0.5], std: [0.2, 2] };
    const targets = labels(0, 0);
    const expected = Array.from(bytes, (v, i) => {
      const channel = Math.floor(i / 3) % 2;
      return Math.fround((v / 255 - normalization.mean[channel]!) / normalization.std[channel]!);
    });
    const ofBytes: LabelledDataset = {
      inputs: { x: { dtype: 'uint8', shape: [2, 2, 3], data: bytes } },
      targets,
      classes: 1,
      normalization,
    };
    expect(Array.from(takeBatch(ofBytes, [0, 1]).x.data)).toEqual(expected);
    const floats = Float32Array.from(bytes, (v) => v / 255);
    const ofFloats: LabelledDataset = {
      ...ofBytes,
      inputs: { x: { dtype: 'float32', shape: [2, 2, 3], data: floats } },
    };
    takeBatch(ofFloats, [0, 1]).x.data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
    });
    const flat: LabelledDataset = { ...ofBytes, inputs: { x: inLayout('flat')(ofBytes.inputs.x) } };
    expect(takeBatch(flat, [0, 1]).x).toMatchObject({ shape: [2, 6], data: Float32Array.from(expected) });
  });

  it('hands out fresh arrays: writing into a batch leaves the data set as it was', () => {
    const inputs = { x: { dtype: 'float32', shape: [2, 1], data: Float32Array.of(1, 2) } } as const;
    const dataset: LabelledDataset = { inputs, targets: labels(0, 1), classes: 2 };
    const { x, y } = takeBatch(dataset, [0, 1]);
    x.data.fill(9);
    y.data.fill(9n as never);
    expect(inputs.x.data).toEqual(Float32Array.of(1, 2));
    expect(dataset.targets.data).toEqual(BigInt64Array.of(0n, 1n));
  });

  it('takes regression targets of any shape', () => {
    const targets = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;
    const dataset = { inputs: counting(2).inputs, targets, classes: 0 };
    expect(takeBatch(dataset, [1]).y).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(3, 4) });
  });

  it('throws for an index outside the data set', () => {
    for (const index of [3, -1, 0.5, Number.NaN]) {
      expect(() => takeBatch(counting(3), [0, index])).toThrow(/index .+ \(position 1\) is outside 0 … 2/);
    }
  });
});

describe('subset and splitTrainValidation', () => {
  it('parts are disjoint, of the sizes asked for, and the same again from the same seed', () => {
    const counts = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.nat({ max: 10 }));
    fc.assert(
      fc.property(counts, fc.maxSafeInteger(), ([train, validation, left], seed) => {
        const dataset = counting(train + validation + left);
        const split = rightOf(splitTrainValidation(seed, { train, validation })(dataset));
        expect([sizeOfDataset(split.train), sizeOfDataset(split.validation)]).toEqual([train, validation]);
        const values = [split.train, split.validation].flatMap(({ inputs }) => Array.from(inputs.x.data));
        expect(new Set(values).size).toBe(train + validation);
        expect(rightOf(splitTrainValidation(seed, { train, validation })(dataset))).toEqual(split);
      }),
    );
  });

  it('keep labels with their examples', () => {
    const part = subset(counting(20), [19, 4, 4]);
    expect(part).toEqual({
      inputs: {
        x: {
          dtype: 'uint8',
          shape: [3, 2, 3],
          data: Uint8Array.from([19, 4, 4].flatMap((i) => new Array(6).fill(i))),
        },
      },
      targets: labels(1, 1, 1),
      classes: 3,
    });
  });

  it('refuse counts that do not fit', () => {
    for (const counts of [
      { train: 8, validation: 3 },
      { train: 0, validation: 3 },
      { train: 1.5, validation: 1 },
    ]) {
      expect(leftOf(splitTrainValidation(0, counts)(counting(10)))).toMatchObject({ _tag: 'InvalidOption' });
    }
    for (const seed of [Number.NaN, 1.5, -(2 ** 53), 2 ** 53]) {
      const split = splitTrainValidation(seed, { train: 1, validation: 1 })(counting(10));
      expect(leftOf(split)).toMatchObject({
        option: 'seed',
        message: `seed is ${seed}; give a whole number between -2^53 and 2^53`,
      });
    }
  });
});

describe('checks', () => {
  it('checkLabels names the first label out of range, or passes them on', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 12 })), (values) => {
        const index = values.findIndex((value) => value < 0 || value >= 10);
        const result = checkLabels(10)(labels(...values));
        if (index < 0) expect(rightOf(result)).toEqual(labels(...values));
        else expect(leftOf(result)).toMatchObject({ _tag: 'LabelOutOfRange', index, value: BigInt(values[index]!) });
      }),
    );
    expect(leftOf(checkLabels(10)(labels(3, 10))).message).toBe(
      'label 1 is 10, outside 0 … 9 (and -100 for none); correct it or the number of classes (10)',
    );
  });

  it('checkLabels takes NO_LABEL for none, beside labels', () => {
    const some = labels(3, Number(NO_LABEL), 0);
    expect(rightOf(checkLabels(4)(some))).toEqual(some);
    expect(leftOf(checkLabels(4)(labels(-100, -100))).message).toBe(
      'label 0 is -100, the mark of no label, as are all others; give labels',
    );
  });

  it('checkFinite names the array and the first element that is not finite', () => {
    const special = fc.constantFrom(1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(fc.array(special), (values) => {
        const index = values.findIndex((value) => !Number.isFinite(value));
        const result = checkFinite('x')({ dtype: 'float64', shape: [values.length], data: Float64Array.from(values) });
        if (index < 0) rightOf(result);
        else expect(leftOf(result)).toMatchObject({ _tag: 'NotFinite', array: 'x', index, value: values[index]! });
      }),
    );
    rightOf(checkFinite('labels')(labels(1)));
  });

  it('makeDataset accepts what holds together', () => {
    expect(rightOf(makeDataset(counting(4)))).toEqual(counting(4));
    expect(exampleShape(counting(4).inputs.x)).toEqual([2, 3]);
    const several = { ...counting(2), targets: { ...labels(0, 1, 2, 0), shape: [2, 2] } };
    expect(rightOf(makeDataset(several))).toEqual(several);
  });

  it('makeDataset refuses everything else, and says what', () => {
    const good = counting(4);
    const floats = { dtype: 'float32', shape: [4, 1], data: Float32Array.of(1, 2, Number.NaN, 4) } as const;
    for (const [bad, tag, message] of [
      [{ targets: labels(0, 1, 2) }, 'ShapeMismatch', /4 rows of input "x" but targets of shape \[3\]/],
      [{ targets: labels(0, 1, 3, 0) }, 'LabelOutOfRange', /label 2 is 3/],
      [
        { targets: { ...labels(0, 1, 2, 0), shape: [2, 2] } },
        'ShapeMismatch',
        /4 rows of input "x" but targets of shape \[2, 2\]/,
      ],
      [{ classes: 0 }, 'InvalidOption', /classes is 0/],
      [{ classes: 3.5 }, 'InvalidOption', /classes is 3\.5, but int64 labels need a whole number from 1/],
      [{ classes: Number.POSITIVE_INFINITY }, 'InvalidOption', /classes is Infinity/],
      [
        { inputs: { x: { ...good.inputs.x, data: new Uint8Array(2) } } },
        'ShapeMismatch',
        /input "x": 2 elements; shape \[4, 2, 3\] takes 24/,
      ],
      [{ targets: { ...labels(0), shape: [4] } }, 'ShapeMismatch', /1 elements; shape \[4\] takes 4/],
      [{ inputs: { x: floats } }, 'NotFinite', /element 2 of input "x" \(shape \[4, 1\]\) is NaN/],
      [{ targets: floats, classes: 0 }, 'NotFinite', /the targets/],
      [{ targets: floats }, 'InvalidOption', /classes is 3/],
      [
        { inputs: { x: { ...good.inputs.x, shape: [0, 2, 3], data: new Uint8Array(0) } } },
        'ShapeMismatch',
        /no example/,
      ],
      [{ normalization: { mean: [1, 2, 3, 4], std: [1, 1, 1, 1] } }, 'ShapeMismatch', /4 means/],
      [{ normalization: { mean: [1], std: [1, 2] } }, 'ShapeMismatch', /1 means and 2 deviations/],
      [{ normalization: { mean: [1], std: [0] } }, 'InvalidOption', /channel 0 has mean 1 and deviation 0/],
    ] as const) {
      const error = leftOf(makeDataset({ ...good, ...bad } as Dataset));
      expect(error._tag).toBe(tag);
      expect(error.message).toMatch(message);
    }
  });
});

describe('datasetOfArrays', () => {
  const x = { dtype: 'uint8', shape: [2, 2, 2], data: new Uint8Array(8) } as const;
  const y = { dtype: 'int32', shape: [2, 1], data: Int32Array.of(1, 4) } as const;

  it('takes train and test parts, or one part, in the layout asked for', () => {
    const { train, test } = rightOf(
      datasetOfArrays('a.npz', { layout: 'image' })({ x_train: x, y_train: y, x_test: x, y_test: y }),
    );
    expect(train).toEqual({ inputs: { x: { ...x, shape: [2, 1, 2, 2] } }, targets: labels(1, 4), classes: 5 });
    expect(test).toEqual(train);
    const single = rightOf(datasetOfArrays('a.npz', { classes: 7 })({ x, y }));
    expect(single).toEqual({ train: { inputs: { x }, targets: labels(1, 4), classes: 7 }, test: undefined });
  });

  it('refuses test examples of another shape, and labels beyond int64', () => {
    const wide = { ...x, shape: [2, 4], data: new Uint8Array(8) };
    const parts = { x_train: x, y_train: y, x_test: wide, y_test: y } as const;
    expect(leftOf(datasetOfArrays('a.npz')(parts)).message).toMatch(
      /a\.npz: an example of x_train is uint8\[2, 2\] and one of x_test uint8\[4\]; store them alike/,
    );
    const huge = { dtype: 'uint64', shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) } as const;
    expect(leftOf(datasetOfArrays('a.npz')({ x, y: huge }))).toMatchObject({ _tag: 'LabelOutOfRange', index: 1 });
  });

  it('reads the label that a file has for none as NO_LABEL, which is no class', () => {
    const padded = { dtype: 'int32', shape: [2, 2], data: Int32Array.of(255, 1, -100, 0) } as const;
    const { train } = rightOf(datasetOfArrays('a.npz', { ignored: 255 })({ x, y: padded }));
    expect(train.classes).toBe(2);
    expect(Array.from(train.targets!.data as BigInt64Array)).toEqual([NO_LABEL, 1n, NO_LABEL, 0n]);
    expect(padded.data[0]).toBe(255);
    expect(leftOf(datasetOfArrays('a.npz', { ignored: 1.5 })({ x, y: padded }))).toMatchObject({ option: 'ignored' });
    const none = { ...padded, data: Int32Array.of(-100, -100, -100, -100) };
    expect(leftOf(datasetOfArrays('a.npz')({ x, y: none })).message).toMatch(
      /^a\.npz: label 0 is -100, the mark of no/,
    );
  });

  it('counts classes over both parts', () => {
    const more = { ...y, data: Int32Array.of(0, 9) };
    const { train } = rightOf(datasetOfArrays('a.npz')({ x_train: x, y_train: y, x_test: x, y_test: more }));
    expect(train.classes).toBe(10);
  });

  it('without a number of classes, names the first label that is no class, of either part', () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER) - 1n;
    const label = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constantFrom(most, most + 1n, 2n ** 60n, -(2n ** 63n)));
    const part = fc.array(label, { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(part, part, (train, test) => {
        const given = (values: readonly bigint[]) =>
          ({ dtype: 'int64', shape: [2], data: BigInt64Array.from(values) }) as const;
        const arrays = { x_train: x, y_train: given(train), x_test: x, y_test: given(test) };
        const result = datasetOfArrays('a.npz')(arrays);
        const wrong = [...train, ...test].findIndex((value) => value < 0n || value > most);
        if (wrong < 0) {
          expect(rightOf(result).train.classes).toBe(Math.max(...[...train, ...test].map(Number)) + 1);
        } else {
          const value = [...train, ...test][wrong]!;
          expect(leftOf(result)).toMatchObject({ _tag: 'LabelOutOfRange', index: wrong % 2, value });
        }
      }),
    );
    const all = { ...y, data: Int32Array.of(-1, -1) };
    expect(leftOf(datasetOfArrays('a.npz')({ x, y: all })).message).toBe(
      'a.npz: label 0 is -1, outside 0 … 9007199254740990 (and -100 for none); correct it',
    );
  });

  it('converts other inputs to float32, and keeps floating-point targets as such', () => {
    const doubles = { dtype: 'float64', shape: [2, 1], data: Float64Array.of(0.5, 2) } as const;
    const { train } = rightOf(datasetOfArrays('a.npz')({ x: doubles, y: doubles }));
    const floats = { dtype: 'float32', shape: [2, 1], data: Float32Array.of(0.5, 2) };
    expect(train).toEqual({ inputs: { x: floats }, targets: floats, classes: 0 });
  });

  it('takes whole numbers as inputs, exactly, and labels of several an example', () => {
    const tokens = { dtype: 'int64', shape: [2, 2], data: BigInt64Array.of(1n, 2n ** 24n, -3n, 0n) } as const;
    const next = { dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(3, 1, 0, 2) } as const;
    expect(rightOf(datasetOfArrays('a.npz')({ x: tokens, y: next })).train).toEqual({
      inputs: { x: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2 ** 24, -3, 0) } },
      targets: { ...labels(3, 1, 0, 2), shape: [2, 2] },
      classes: 4,
    });
  });

  it('names the file and what is wrong in it', () => {
    const nan = { dtype: 'float32', shape: [2], data: Float32Array.of(1, Number.NaN) } as const;
    const long = { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, -(2n ** 24n) - 1n) } as const;
    const scalar = { dtype: 'int32', shape: [], data: Int32Array.of(1) } as const;
    const negative = { ...y, data: Int32Array.of(1, -4) };
    for (const [arrays, options, message] of [
      [{ y }, {}, 'a.npz has no array "x", only "y"; add it or rename one'],
      [
        { x_train: x, y_train: y, x_test: x },
        {},
        /^a.npz has no array "y_test", only "x_train", "y_train", "x_test"; add/,
      ],
      [{ x }, { classes: 3 }, /^a.npz: classes is 3, but without targets there are 0 classes; change it/],
      [{ x_train: x, y_train: y }, {}, 'a.npz has no array "x_test", only "x_train", "y_train"; add it or rename one'],
      [{ x: nan, y }, {}, 'a.npz: element 1 of input "x" (shape [2]) is NaN; remove or replace it'],
      [{ x, y: negative }, {}, 'a.npz: label 1 is -4, outside 0 … 9007199254740990 (and -100 for none); correct it'],
      [
        { x, y: negative },
        { classes: 2 },
        'a.npz: label 1 is -4, outside 0 … 1 (and -100 for none); correct it or the number of classes (2)',
      ],
      [
        { x, y },
        { classes: 3 },
        'a.npz: label 1 is 4, outside 0 … 2 (and -100 for none); correct it or the number of classes (3)',
      ],
      [{ x: long, y }, {}, /a.npz: input "x": element type int64 .* holds -16777217 at flat index 1; scale it/],
      [{ x, y: scalar }, {}, /a.npz: the labels have shape \[\]; give one integer an example/],
      [{ x_train: x, y_train: y, x_test: x, y_test: nan }, {}, /not both labels or both targets/],
    ] as const) {
      const error = leftOf(datasetOfArrays('a.npz', options)(arrays));
      if (typeof message === 'string') expect(error.message).toBe(message);
      else expect(error.message).toMatch(message);
    }
  });
});
