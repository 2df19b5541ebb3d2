/**
 * The real data sets, where they are: the folder named by HOGRAD_DATA, or `../shared/data` beside the repository. They are
 * too large to ship, so a clone without them says so and skips.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Dataset, encodeIdx, openDataset, sizeOfDataset, takeBatch } from '../src/index.js';
import { rightOf } from './either.js';

const DATA = process.env.HOGRAD_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

const withData = (name: string, title: string, test: () => Promise<void>): void => {
  const path = join(DATA, name);
  if (existsSync(path)) {
    it(title, test);
  } else {
    console.warn(`SKIPPED, ${path} is missing (set HOGRAD_DATA to the folder that holds ${name}/): ${title}`);
    it.skip(`${title} (no ${path}; set HOGRAD_DATA)`, test);
  }
};

const countOf = (dataset: Dataset): readonly number[] => {
  const counts = new Array<number>(10).fill(0);
  for (const label of dataset.targets!.data) counts[Number(label)]!++;
  return counts;
};

const everyIndex = (dataset: Dataset): readonly number[] => Array.from({ length: sizeOfDataset(dataset) }, (_, i) => i);

withData('mnist', 'MNIST is MNIST: shapes, class counts, checksum, mean and deviation', async () => {
  const { train, test } = rightOf(await openDataset(`mnist:${join(DATA, 'mnist')}`)());
  expect([train.inputs.x!.shape, test!.inputs.x!.shape]).toEqual([
    [60_000, 784],
    [10_000, 784],
  ]);
  expect(countOf(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(countOf(test!)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  // Written back as IDX it is the original file, byte for byte.
  const file = encodeIdx({ dtype: 'uint8', shape: [60_000, 28, 28], data: train.inputs.x!.data as Uint8Array });
  const digest = createHash('sha256').update(file).digest('hex');
  expect(digest).toBe('ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db');
  const { data } = takeBatch(train, everyIndex(train)).x!;
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
  expect(Math.abs(mean)).toBeLessThan(1e-3);
  expect(Math.abs(Math.sqrt(variance) - 1)).toBeLessThan(1e-3);
});

withData('cifar10', 'CIFAR-10 from its archive: shapes, balanced classes, first labels, channel means', async () => {
  const { train, test } = rightOf(await openDataset(`cifar10:${join(DATA, 'cifar10')}`)());
  expect([train.inputs.x!.shape, test!.inputs.x!.shape]).toEqual([
    [50_000, 3072],
    [10_000, 3072],
  ]);
  expect(countOf(train)).toEqual(new Array(10).fill(5000));
  expect(countOf(test!)).toEqual(new Array(10).fill(1000));
  // A frog, two trucks, a deer, a car; in the test part a cat, two ships, a plane, a frog.
  expect(Array.from(train.targets!.data.subarray(0, 5), Number)).toEqual([6, 9, 9, 4, 1]);
  expect(Array.from(test!.targets!.data.subarray(0, 5), Number)).toEqual([3, 8, 8, 0, 6]);
  const sample = takeBatch(train, everyIndex(train).slice(0, 5000)).x!.data;
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let i = 0; i < 5000; i++) {
      for (let p = 0; p < 1024; p++) sum += sample[i * 3072 + channel * 1024 + p]!;
    }
    expect(Math.abs(sum / (5000 * 1024))).toBeLessThan(0.03);
  }
});
