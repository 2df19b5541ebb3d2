/** Random splits of a data set. */

import type { OptionNames } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type DataError, invalidOption, invalidSeed } from '../errors.js';
import { checkKnown } from '../options.js';
import { permutation } from '../random/permutation.js';
import { subset } from './batch.js';
import { type Dataset, type Inputs, sizeOfDataset, type Targets } from './dataset.js';

/** How many examples each part has. */
export interface SplitCounts {
  readonly train: number;
  readonly validation: number;
}

const SPLIT_COUNTS: OptionNames<SplitCounts> = { train: true, validation: true };

/** The two parts of a split. */
export interface Split<Y extends Targets | undefined = Targets | undefined, X extends Inputs = Inputs> {
  readonly train: Dataset<Y, X>;
  readonly validation: Dataset<Y, X>;
}

/**
 * Disjoint random parts of a data set with these many examples, as copies; examples left over are in neither.
 *
 * The experiments of arXiv 2312.03885 split MNIST 54,000/6,000 and CIFAR-10 45,000/5,000. Fails with InvalidOption for
 * counts that are not whole numbers from 1, that exceed the examples or that are of another part, and for a seed that is not a safe integer
 * (a whole number between −2⁵³ and 2⁵³).
 */
export const splitTrainValidation =
  (seed: number, counts: SplitCounts) =>
  <Y extends Targets | undefined, X extends Inputs>(dataset: Dataset<Y, X>): E.Either<DataError, Split<Y, X>> => {
    const unknown = checkKnown(counts, SPLIT_COUNTS);
    if (unknown) return E.left(unknown);
    const { train, validation } = counts;
    const size = sizeOfDataset(dataset);
    if (![train, validation].every((count) => Number.isInteger(count) && count > 0) || train + validation > size) {
      const wanted = `${train} for training and ${validation} for validation`;
      const message = `cannot split ${size} examples into ${wanted}; give whole numbers from 1 that fit`;
      return E.left(invalidOption('counts', message));
    }
    if (!Number.isSafeInteger(seed)) return E.left(invalidSeed(seed));
    const order = permutation([seed, 'split'], size);
    return E.right({
      train: subset(dataset, order.subarray(0, train)),
      validation: subset(dataset, order.subarray(train, train + validation)),
    });
  };
