import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  DIGITS_NORMALIZATION,
  type LabelledDataset,
  sizeOfDataset,
  subset,
  syntheticDigits,
  takeBatch,
} from '../src/index.js';
import { leftOf, rightOf } from './either.js';

const everyIndex = (dataset: LabelledDataset): readonly number[] =>
  Array.from({ length: sizeOfDataset(dataset) }, (_, i) => i);

describe('synthetic digits', () => {
  const { train, test } = rightOf(syntheticDigits({ train: 2000, test: 1000 }));

  it('are balanced: any ten from a multiple of ten on hold each digit once', () => {
    for (const { targets } of [train, test!]) {
      for (let start = 0; start < targets.data.length; start += 10) {
        expect(Array.from(targets.data.subarray(start, start + 10), Number).sort()).toEqual([
          0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        ]);
      }
    }
  });

  it('depend on the seed and their number alone, not on how many there are', () => {
    const fewer = rightOf(syntheticDigits({ train: 101, test: 7 }));
    const first = (count: number) => Array.from({ length: count }, (_, i) => i);
    expect(fewer.train).toEqual(subset(train, first(101)));
    expect(fewer.test).toEqual(subset(test!, first(7)));
    expect(rightOf(syntheticDigits({ seed: 1, train: 101, test: 7 })).train.inputs).not.toEqual(fewer.train.inputs);
    expect(subset(test!, first(101)).inputs).not.toEqual(fewer.train.inputs);
  });

  it('are the same on every machine: this digest was written down on one', () => {
    const { data } = rightOf(syntheticDigits({ train: 500, test: 1 })).train.inputs.x;
    expect(createHash('sha256').update(data).digest('hex')).toBe(
      '3d7ecc68bb37ab9cf9928e9bb7e83eafbe116c4ceb95da78df42d66d6f8eabc7',
    );
  });

  it('have the mean and deviation that normalise them', () => {
    const { data } = takeBatch(train, everyIndex(train)).x;
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(Math.sqrt(variance) - 1)).toBeLessThan(0.02);
    const raw = rightOf(syntheticDigits({ train: 20, test: 1, normalize: false })).train;
    const grey = takeBatch(raw, everyIndex(raw)).x.data;
    expect(grey.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(DIGITS_NORMALIZATION.mean).toHaveLength(1);
  });

  it('are told apart by the nearest class mean far above chance and far below perfection', () => {
    const x = takeBatch(train, everyIndex(train)).x.data;
    const means = Array.from({ length: 10 }, () => new Float64Array(784));
    train.targets.data.forEach((label, i) => {
      const mean = means[Number(label)]!;
      for (let p = 0; p < 784; p++) mean[p]! += x[i * 784 + p]! / (sizeOfDataset(train) / 10);
    });
    const unseen = takeBatch(test!, everyIndex(test!)).x.data;
    const nearest = (image: Float32Array): number => {
      const distances = means.map((mean) => mean.reduce((sum, m, p) => sum + (m - image[p]!) ** 2, 0));
      return distances.indexOf(Math.min(...distances));
    };
    const right = everyIndex(test!).filter(
      (i) => nearest(unseen.subarray(784 * i, 784 * (i + 1))) === Number(test!.targets.data[i]),
    );
    const accuracy = right.length / sizeOfDataset(test!);
    expect(accuracy).toBeGreaterThan(0.5);
    expect(accuracy).toBeLessThan(0.8);
  });

  it('come flat or as images, the same bytes', () => {
    const options = { train: 3, test: 1 };
    const flat = rightOf(syntheticDigits(options)).train.inputs.x;
    const image = rightOf(syntheticDigits({ ...options, layout: 'image' })).train.inputs.x;
    expect([flat.shape, image.shape]).toEqual([
      [3, 784],
      [3, 1, 28, 28],
    ]);
    expect(flat.data).toEqual(image.data);
  });

  it('refuse counts and seeds that make no sense', () => {
    for (const [options, option] of [
      [{ train: 0 }, 'train'],
      [{ test: 1.5 }, 'test'],
      [{ seed: Number.NaN }, 'seed'],
    ] as const) {
      expect(leftOf(syntheticDigits(options))).toMatchObject({ _tag: 'InvalidOption', option });
    }
  });
});
