/** The header of a .npy file: a Python dictionary with the element type, the memory order and the shape. */

import type { DType } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type DataError, unsupportedType, wrongFormat, wrongLength } from '../errors.js';
import { type ByteOrder, widthOf } from './elements.js';

/** What a .npy file's elements are stored as; `float16` is widened to float32 when it is read. */
export type Stored = DType | 'float16';

export interface NpyHeader {
  readonly stored: Stored;
  readonly order: ByteOrder;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const kinds: { readonly [D in Stored]: string } = {
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  bool: 'b1',
};

const storedOfKind = new Map(Object.entries(kinds).map(([stored, kind]) => [kind, stored as Stored]));

/** The three fields, in whatever order the writer put them. */
const FIELDS = {
  descr: /'descr'\s*:\s*(?:'([^']*)'|(\[[^\]]*\]))/,
  fortranOrder: /'fortran_order'\s*:\s*(True|False)/,
  // Python 2 wrote long extents with a trailing L.
  shape: /'shape'\s*:\s*\(\s*((?:\d+L?\s*(?:,\s*\d+L?\s*)*(?:,\s*)?)?)\)/,
};

const extentsOf = (text: string): readonly number[] =>
  text
    .split(',')
    .map((extent) => extent.trim().replace(/L$/, ''))
    .filter((extent) => extent !== '')
    .map(Number);

const CURE = 'write it with numpy.save or @hograd/data';

/**
 * Reads versions 1, 2 and 3 of the format (numpy.lib.format).
 *
 * Fails with WrongFormat for other bytes or a header that lacks a field, WrongLength where the header is cut off,
 * UnsupportedType for elements that hograd does not hold (text, objects, complex numbers, records, dates).
 */
export const decodeNpyHeader =
  (source: string) =>
  (bytes: Uint8Array): E.Either<DataError, NpyHeader> => {
    if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
      const found = bytes.length === 0 ? 'no bytes' : `the bytes ${Array.from(bytes.subarray(0, 6)).join(' ')}`;
      return E.left(wrongFormat(source, 'a .npy array', found, CURE));
    }
    const version = bytes[6]!;
    if (version < 1 || version > 3) {
      return E.left(wrongFormat(source, 'a .npy array of version 1, 2 or 3', `version ${version}.${bytes[7]}`, CURE));
    }
    const lengthWidth = version === 1 ? 2 : 4;
    const textStart = 8 + lengthWidth;
    if (bytes.length < textStart) return E.left(wrongLength(source, textStart, bytes.length));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const start = textStart + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
    if (bytes.length < start) return E.left(wrongLength(source, start, bytes.length));
    const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(textStart, start));

    const descr = FIELDS.descr.exec(text);
    const fortranOrder = FIELDS.fortranOrder.exec(text);
    const shape = FIELDS.shape.exec(text);
    const extents = shape ? extentsOf(shape[1]!) : [];
    if (!descr || !fortranOrder || !shape || !extents.every(Number.isSafeInteger)) {
      const found = `the header ${JSON.stringify(text.trim().slice(0, 80))}`;
      return E.left(wrongFormat(source, 'a .npy array with descr, fortran_order and shape', found, CURE));
    }
    const type = descr[1] ?? descr[2]!;
    const stored = /^[<>|=]/.test(type) ? storedOfKind.get(type.slice(1)) : undefined;
    if (stored === undefined) {
      return E.left(unsupportedType(source, `"${type}"`, "convert it first, say with array.astype('float32')"));
    }
    return E.right({
      stored,
      order: type[0] === '>' ? 'big' : 'little',
      fortranOrder: fortranOrder[1] === 'True',
      shape: extents,
      start,
    });
  };

/**
 * The bytes of a version 1.0 header: little-endian, row-major, padded so that the elements begin at a multiple of 64.
 */
export const encodeNpyHeader = (dtype: DType, shape: readonly number[]): Uint8Array<ArrayBuffer> => {
  const order = widthOf(dtype) === 1 ? '|' : '<';
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const fields = `{'descr': '${order}${kinds[dtype]}', 'fortran_order': False, 'shape': (${extents}), }`;
  const start = Math.ceil((10 + fields.length + 1) / 64) * 64;
  const text = `${fields.padEnd(start - 11)}\n`;
  const bytes = new Uint8Array(start);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), 10);
  return bytes;
};
