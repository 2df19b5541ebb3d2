/**
 * IDX, the format of MNIST: two zero bytes, an element type, the rank, the shape as big-endian 32-bit integers, then
 * the elements, big-endian, in row-major order.
 */

import type { DType, Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { type DataError, unsupportedType, wrongFormat, wrongLength } from '../errors.js';
import { bytesOf, elementsOf, widthOf } from './elements.js';
import { requireStorable } from './filled.js';

const CODES = {
  uint8: 0x08,
  int8: 0x09,
  int16: 0x0b,
  int32: 0x0c,
  float32: 0x0d,
  float64: 0x0e,
} as const satisfies { readonly [D in DType]?: number };

/** The element types that IDX has. */
export type IdxType = keyof typeof CODES;

const typeOfCode = new Map(Object.entries(CODES).map(([dtype, code]) => [code as number, dtype as IdxType]));

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');

/** What the first bytes of something that is not IDX look like. */
const described = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'an empty file';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip-compressed bytes (1f 8b)';
  if (bytes[0] === 0x3c) return `text that begins like a web page ("${String.fromCharCode(...bytes.subarray(0, 15))}")`;
  return `the bytes ${hex(bytes.subarray(0, 4))}`;
};

/**
 * The tensor in uncompressed IDX bytes. `source` names them in messages.
 *
 * Fails with WrongFormat where the magic number is not IDX's, UnsupportedType for an unknown element type, WrongLength
 * where the bytes do not fill the shape exactly.
 */
export const decodeIdx =
  (source: string) =>
  (bytes: Uint8Array): E.Either<DataError, Tensor<IdxType>> => {
    if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
      const cure = 'IDX begins with 00 00, an element type and the rank; decompress it or fetch the right file';
      return E.left(wrongFormat(source, 'an IDX file', described(bytes), cure));
    }
    const dtype = typeOfCode.get(bytes[2]!);
    if (dtype === undefined) {
      return E.left(unsupportedType(source, `0x${hex(bytes.subarray(2, 3))}`, 'IDX has 08, 09, 0b, 0c, 0d and 0e'));
    }
    const rank = bytes[3]!;
    const start = 4 + 4 * rank;
    if (bytes.length < start) return E.left(wrongLength(source, start, bytes.length));
    const header = new DataView(bytes.buffer, bytes.byteOffset, start);
    const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
    const expected = start + elementCount(shape) * widthOf(dtype);
    if (bytes.length !== expected) return E.left(wrongLength(source, expected, bytes.length));
    return E.right({ dtype, shape, data: elementsOf(dtype, bytes.subarray(start), 'big') });
  };

const MOST_AXES = 255;
const LONGEST = 2 ** 32 - 1;

/**
 * The IDX bytes of a tensor, uncompressed. Throws RangeError where IDX lacks the tensor's type, for more than 255 axes or an extent beyond
 * 2³² − 1, and where the data do not fill the shape or are not of the type.
 */
export const encodeIdx = (tensor: Tensor<IdxType>): Uint8Array<ArrayBuffer> => {
  const { dtype, shape } = tensor;
  if (!Object.hasOwn(CODES, dtype)) {
    throw new RangeError(`IDX has no ${dtype}; give one of ${Object.keys(CODES).join(', ')}`);
  }
  if (shape.length > MOST_AXES) throw new RangeError(`IDX has at most ${MOST_AXES} axes; reshape the ${shape.length}`);
  const long = shape.find((extent) => extent > LONGEST);
  if (long !== undefined) throw new RangeError(`IDX has extents up to ${LONGEST}, not ${long}; reshape the tensor`);
  requireStorable(tensor);
  const start = 4 + 4 * shape.length;
  const elements = bytesOf(tensor.data, 'big');
  const bytes = new Uint8Array(start + elements.length);
  bytes.set([0, 0, CODES[dtype], shape.length]);
  const header = new DataView(bytes.buffer);
  shape.forEach((extent, axis) => {
    header.setUint32(4 + 4 * axis, extent);
  });
  bytes.set(elements, start);
  return bytes;
};
