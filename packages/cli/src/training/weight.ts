/** How much a batch counts for in a mean over several. */

import { NO_LABEL, type Targets } from '@hograd/data';
import type { Tensors } from './tensors.js';

/** How many labels count. */
export const labelsThatCount = ({ data }: Targets): number => {
  if (!(data instanceof BigInt64Array)) return data.length;
  let count = 0;
  for (const label of data) if (label !== NO_LABEL) count += 1;
  return count;
};

/**
 * What a batch's mean loss is a mean over: its labels that count, or its examples where they have targets. (As many labels an example
 * as there may be: weights are compared with one another only.)
 */
export const weightOf = (batch: Tensors): number => {
  const y = batch.y as Targets;
  return y.dtype === 'int64' ? labelsThatCount(y) : y.shape[0]!;
};
