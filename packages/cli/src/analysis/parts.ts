/** Random parts of a data set: what a run trains on, what is held out, what a probe looks at. */

import { type LabelledDataset, permutation, sizeOfDataset, splitTrainValidation, subset } from '@hograd/data';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import type { LabelledParts } from '../training/openRun.js';

/** So many examples at random, in the data set's own order where they are all of them. Refuses more than there are. */
export const someOf = (dataset: LabelledDataset, count: number, seed: number, option: string): LabelledDataset => {
  const size = sizeOfDataset(dataset);
  if (count > size) return refuse(`${option} ${count} is more than the ${size} examples that there are`);
  return count === size ? dataset : subset(dataset, permutation([seed, 'examples'], size).subarray(0, count));
};

/** The training set with `validation` examples held out of it, and no more than `train` left in it. Refuses more than there are. */
export const parted = (
  { train, test }: LabelledParts,
  sizes: { readonly train?: number; readonly validation?: number },
  seed: number,
): LabelledParts => {
  if (sizes.validation === undefined) {
    return { train: sizes.train === undefined ? train : someOf(train, sizes.train, seed, '--train-examples'), test };
  }
  const counts = { train: sizes.train ?? sizeOfDataset(train) - sizes.validation, validation: sizes.validation };
  return { ...orRefuse(splitTrainValidation(seed, counts)(train), (e) => wrongInput(e.message)), test };
};
