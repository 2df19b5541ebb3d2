/** .npy: one numpy array a file. */

import type { DType, Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DataError, wrongLength } from '../errors.js';
import { bytesOf, elementsOf, widthOf, zerosOf } from './elements.js';
import { requireStorable } from './filled.js';
import { float32OfHalf } from './half.js';
import { decodeNpyHeader, encodeNpyHeader, type NpyHeader } from './npyHeader.js';

/** Column-major elements in row-major order. */
const rowMajor = (tensor: Tensor): Tensor => {
  const { dtype, shape, data } = tensor;
  const rank = shape.length;
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const ordered = zerosOf(dtype, data.length);
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    ordered[to] = data[from]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: ordered };
};

const elementsStored = ({ stored, order, shape }: NpyHeader, bytes: Uint8Array): Tensor =>
  stored === 'float16'
    ? { dtype: 'float32', shape, data: Float32Array.from(elementsOf('uint16', bytes, order), float32OfHalf) }
    : { dtype: stored, shape, data: elementsOf(stored, bytes, order) };

/**
 * The array in the bytes of a .npy file (versions 1 to 3), in row-major order whatever its order in the file, in either
 * byte order; float16 comes out as float32. `source` names it in messages. Scalars have shape [].
 *
 * Fails with WrongFormat, UnsupportedType or WrongLength.
 */
export const decodeNpy =
  (source: string) =>
  (bytes: Uint8Array): E.Either<DataError, Tensor> =>
    pipe(
      decodeNpyHeader(source)(bytes),
      E.chain((header) => {
        const width = header.stored === 'float16' ? 2 : widthOf(header.stored);
        const expected = header.start + elementCount(header.shape) * width;
        if (bytes.length !== expected) return E.left(wrongLength(source, expected, bytes.length));
        const tensor = elementsStored(header, bytes.subarray(header.start));
        return E.right(header.fortranOrder && header.shape.length > 1 ? rowMajor(tensor) : tensor);
      }),
    );

/**
 * The bytes of a .npy file (version 1.0, little-endian, row-major) with a tensor in it; the same bytes that numpy.save
 * writes. Throws RangeError where the tensor's data do not fill its shape or are not of its type.
 */
export const encodeNpy = (tensor: Tensor<DType>): Uint8Array<ArrayBuffer> => {
  requireStorable(tensor);
  const header = encodeNpyHeader(tensor.dtype, tensor.shape);
  const elements = bytesOf(tensor.data, 'little');
  const bytes = new Uint8Array(header.length + elements.length);
  bytes.set(header);
  bytes.set(elements, header.length);
  return bytes;
};
