/** Class labels from whatever type a file stores them in. */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type DataError, shapeMismatch, unsupportedType } from '../errors.js';

/**
 * Integers (or booleans) of shape [N] or [N, 1] as int64 labels of shape [N]. Fails with UnsupportedType or
 * ShapeMismatch.
 */
export const labelsOf = (tensor: Tensor): E.Either<DataError, Tensor<'int64'>> => {
  const { dtype, shape, data } = tensor;
  const [size, ...rest] = shape;
  if (dtype === 'float32' || dtype === 'float64') {
    return E.left(unsupportedType('the labels', dtype, 'give integers'));
  }
  if (size === undefined || rest.length > 1 || rest.some((extent) => extent !== 1)) {
    return E.left(shapeMismatch(`the labels have shape [${shape.join(', ')}]; give one integer an example, shape [N]`));
  }
  return E.right({ dtype: 'int64', shape: [size], data: BigInt64Array.from(data as ArrayLike<number>, BigInt) });
};
