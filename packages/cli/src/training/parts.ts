/** A labelled data set in parts: some examples to train on, some held out of them, some to test on. */

import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { type Dataset, permutation, sizeOfDataset, splitTrainValidation, subset } from '@hograd/data';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { isModelFile } from '../modelFile.js';
import { isPartitionFile } from '../partition.js';
import { openParts } from './openRun.js';
import { arraysOf, datasetsOf, type Parts } from './trainable.js';

/** How many examples of a data set are used. */
export interface Sizes {
  /** Left out: all that `validation` leaves. */
  readonly train?: number;
  /** Held out of the training set, at random, under the run's seed. */
  readonly validation: number;
  /** The first ones of the test set; left out: all. */
  readonly test?: number;
}

/** The text of a model or a partition, where it is a file's relative path taken from `root`. */
export const fileUnder =
  (root: string) =>
  (text: string): string =>
    (isModelFile(text) || isPartitionFile(text)) && !isAbsolute(text) ? join(root, text) : text;

/** A data set's text (see `openDataset`) with a relative path in it taken from `root`. */
export const dataUnder =
  (root: string) =>
  (spec: string): string => {
    const [, scheme = '', path = ''] = /^([a-z0-9]+:)?(.*)$/s.exec(spec)!;
    return spec === 'synthetic' || isAbsolute(path) ? spec : `${scheme}${join(root, path)}`;
  };

/** SHA-256 of all examples: what a run started with, which data under the same name may no longer be. */
export const digestOfData = (parts: Parts): string => {
  const hash = createHash('sha256');
  for (const dataset of datasetsOf(parts)) {
    for (const [name, { dtype, shape, data }] of Object.entries(arraysOf(dataset))) {
      const { buffer, byteOffset, byteLength } = data as Uint8Array;
      hash.update(JSON.stringify([name, dtype, shape])).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
};

/** Synthetic digits are the same whatever a run's seed: runs from different seeds are compared on the same data. */
const DIGITS_SEED = 0;

/** As `openParts`; `targets` as there. */
export const openForRuns = (root: string, spec: string, targets: string | undefined): Promise<Parts> =>
  openParts(dataUnder(root)(spec), DIGITS_SEED, { targets });

/**
 * The parts that runs from a seed see: training and validation examples are drawn anew for each seed, as in the
 * experiments of arXiv 2312.03885. Refuses sizes that the data set does not have.
 */
export const partsOf =
  ({ train: kept, validation, test: tested }: Sizes, seed: number) =>
  ({ train, test }: Parts): Parts => {
    const size = sizeOfDataset(train);
    if (kept === undefined && validation >= size) {
      return refuse(
        `validation ${validation} leaves none of the ${size} training examples to train on; hold out fewer`,
      );
    }
    const count = kept ?? size - validation;
    if (count < 1 || count + validation > size) {
      return refuse(
        `train ${count} and validation ${validation} do not fit into the ${size} training examples; ask for fewer`,
      );
    }
    if (tested !== undefined && tested > sizeOfDataset(test)) {
      return refuse(`test ${tested} does not fit into the ${sizeOfDataset(test)} test examples; ask for fewer`);
    }
    const known: Dataset =
      tested === undefined
        ? test
        : subset(
            test,
            Uint32Array.from({ length: tested }, (_, i) => i),
          );
    if (validation === 0) {
      return count === size
        ? { train, test: known }
        : { train: subset(train, permutation([seed, 'split'], size).subarray(0, count)), test: known };
    }
    const split = orRefuse(splitTrainValidation(seed, { train: count, validation })(train), (e) =>
      wrongInput(e.message),
    );
    return { ...split, test: known };
  };
