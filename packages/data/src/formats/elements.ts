/** Typed arrays over the bytes of a file. */

import type { DataOf, DType, TensorData } from '@hograd/graph-builder';
import { arrayTypes } from '@hograd/graph-builder/tensor';

export type ByteOrder = 'little' | 'big';

const HOST: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

export const widthOf = (dtype: DType): number => arrayTypes[dtype].BYTES_PER_ELEMENT;

/** A copy of the bytes with each element's reversed. */
const reversed = (bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> => {
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += width) {
    for (let i = 0; i < width; i++) swapped[start + i] = bytes[start + width - 1 - i]!;
  }
  return swapped;
};

const inHostOrder = (bytes: Uint8Array, width: number, order: ByteOrder): Uint8Array<ArrayBuffer> =>
  order === HOST || width === 1 ? new Uint8Array(bytes) : reversed(bytes, width);

/** The elements stored in `bytes` (a whole number of them) in the given byte order; always a copy. */
export const elementsOf = <D extends DType>(dtype: D, bytes: Uint8Array, order: ByteOrder): DataOf[D] =>
  new arrayTypes[dtype](inHostOrder(bytes, widthOf(dtype), order).buffer);

/** The bytes that store `data` in the given byte order. */
export const bytesOf = (data: TensorData, order: ByteOrder): Uint8Array<ArrayBuffer> =>
  inHostOrder(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), data.BYTES_PER_ELEMENT, order);

/** A zeroed array of `length` elements. */
export const zerosOf = <D extends DType>(dtype: D, length: number): DataOf[D] =>
  new arrayTypes[dtype](new ArrayBuffer(length * widthOf(dtype)));
