/** Class labels from whatever type a file stores them in. */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type DataError, labelOutOfRange, shapeMismatch, unsupportedType } from '../errors.js';

/** Of int64. */
const LARGEST = 2n ** 63n - 1n;

/**
 * Integers (or booleans) as int64 labels: of shape [N] from [N] or [N, 1], of shape [N, …] where an example has several, as the tokens that
 * follow one another have. Fails with UnsupportedType, ShapeMismatch for a scalar, or LabelOutOfRange for one that int64 does not hold.
 */
export const labelsOf = (tensor: Tensor): E.Either<DataError, Tensor<'int64'>> => {
  const { dtype, shape, data } = tensor;
  const [size, ...rest] = shape;
  if (dtype === 'float32' || dtype === 'float64') {
    return E.left(unsupportedType('the labels', dtype, 'give integers'));
  }
  if (size === undefined) {
    return E.left(
      shapeMismatch('the labels have shape []; give one integer an example, shape [N], or several, [N, …]'),
    );
  }
  const index = data instanceof BigUint64Array ? data.findIndex((label) => label > LARGEST) : -1;
  if (index >= 0) {
    return E.left(labelOutOfRange(index, data[index] as bigint, 'beyond what int64 holds; correct it'));
  }
  const extents = rest.join() === '1' ? [] : rest;
  return E.right({
    dtype: 'int64',
    shape: [size, ...extents],
    data: BigInt64Array.from(data as ArrayLike<number>, BigInt),
  });
};
