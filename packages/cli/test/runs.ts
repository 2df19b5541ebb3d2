/** Runs by their trainers, step by step. */

import { createHash } from 'node:crypto';
import { makeOptimizer } from '../src/training/methods.js';
import { openModel, openParts, openRun } from '../src/training/openRun.js';
import type { Tensors } from '../src/training/tensors.js';

/** Of the bytes of all values. */
export const digest = (tensors: Tensors): string => {
  const hash = createHash('sha256');
  for (const [name, { data }] of Object.entries(tensors)) {
    hash.update(name).update(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
};

/** A run of the small perceptron on synthetic digits that has not begun. */
export const openSynthetic = async (optimizer: string) => {
  const options = {
    ...{ model: 'small-mlp', data: 'synthetic', seed: 1, batch: 100 },
    ...({ device: 'cpu', partition: 'canonical' } as const),
  };
  const data = await openParts(options.data, options.seed);
  return openRun(makeOptimizer(optimizer, {}), await openModel(options), data, options);
};
