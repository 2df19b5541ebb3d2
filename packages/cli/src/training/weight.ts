/** How much a batch counts for in a mean over several. */

import { NO_LABEL } from '@hograd/data';
import type { Tensor } from '@hograd/graph-builder';
import { examplesIn, type Tensors } from './tensors.js';

/** How many labels are not the one that counts for nothing. */
export const labelsThatCount = (labels: Tensor['data'], ignored = Number(NO_LABEL)): number => {
  let count = 0;
  for (const label of labels) if (Number(label) !== ignored) count += 1;
  return count;
};

/**
 * What a batch's mean loss is a mean over: its labels that count, or its examples where they have none. (As many labels an example
 * as there may be: weights are compared with one another only.)
 */
export const weightOf = (batch: Tensors): number =>
  batch.y?.dtype === 'int64' ? labelsThatCount(batch.y.data) : examplesIn(batch);
