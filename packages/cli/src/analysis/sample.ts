/** The part of a data set that a probe looks at. */

import { type Dataset, permutation, sizeOfDataset, subset } from '@hograd/data';
import { refuse } from '../failure.js';

/** So many examples at random, in the data set's own order where they are all of them. Refuses more than there are. */
export const sampleOf = (dataset: Dataset, count: number, seed: number): Dataset => {
  const size = sizeOfDataset(dataset);
  if (count > size) return refuse(`--examples ${count} is more than the ${size} training examples; ask for fewer`);
  return count === size ? dataset : subset(dataset, permutation([seed, 'probe'], size).subarray(0, count));
};
