/** Random tensors for property tests. */

import type { DType, Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import * as fc from 'fast-check';
import { elementsOf, widthOf } from '../src/formats/elements.js';

export const DTYPES: readonly DType[] = [
  'float32',
  'float64',
  'int32',
  'int64',
  'int8',
  'int16',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
];

/** A tensor of one of the types, rank 0 to 3, any bit patterns (NaNs included; booleans 0 or 1). */
export const tensors = <D extends DType>(dtypes: readonly D[]): fc.Arbitrary<Tensor<D>> =>
  fc.tuple(fc.constantFrom(...dtypes), fc.array(fc.nat({ max: 4 }), { maxLength: 3 })).chain(([dtype, shape]) => {
    const length = elementCount(shape) * widthOf(dtype);
    return fc.uint8Array({ minLength: length, maxLength: length, max: dtype === 'bool' ? 1 : 255 }).map((bytes) => ({
      dtype,
      shape,
      data: elementsOf(dtype, bytes, 'little'),
    }));
  });

/** A tensor with its elements as bytes, so that NaNs compare by their bits. */
export const bits = ({ dtype, shape, data }: Tensor): unknown => ({
  dtype,
  shape,
  bytes: Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
});
