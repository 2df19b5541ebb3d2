/** Checks of values: labels in range, numbers finite. Each passes its tensor on. */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type LabelOutOfRange, labelOutOfRange, type NotFinite } from '../errors.js';

/** What stands where there is no label (padding, pixels of no class): it counts for nothing. PyTorch's default ignore_index. */
export const NO_LABEL = -100n;

/** Labels are in 0 … classes − 1, or NO_LABEL, but not all; otherwise LabelOutOfRange names the first that is not. */
export const checkLabels =
  (classes: number) =>
  (labels: Tensor<'int64'>): E.Either<LabelOutOfRange, Tensor<'int64'>> => {
    const index = labels.data.findIndex((label) => !((label >= 0n && label < classes) || label === NO_LABEL));
    if (index >= 0) {
      const why = `outside 0 … ${classes - 1} (and ${NO_LABEL} for none); correct it or the number of classes (${classes})`;
      return E.left(labelOutOfRange(index, labels.data[index]!, why));
    }
    return labels.data.length > 0 && labels.data.every((label) => label === NO_LABEL)
      ? E.left(labelOutOfRange(0, NO_LABEL, 'the mark of no label, as are all others; give labels'))
      : E.right(labels);
  };

/** Floating-point elements are finite; otherwise NotFinite names the array and the first that is not. */
export const checkFinite =
  (array: string) =>
  <T extends Tensor>(tensor: T): E.Either<NotFinite, T> => {
    const { data } = tensor;
    if (!(data instanceof Float32Array || data instanceof Float64Array)) return E.right(tensor);
    for (let index = 0; index < data.length; index++) {
      const value = data[index]!;
      if (!Number.isFinite(value)) {
        return E.left({
          _tag: 'NotFinite',
          array,
          index,
          value,
          message: `element ${index} of ${array} (shape [${tensor.shape.join(', ')}]) is ${value}; remove or replace it`,
        });
      }
    }
    return E.right(tensor);
  };
