/** Typed arrays over the bytes of a file. */

import type { DataOf, DType, TensorData } from '@hograd/graph-builder';

interface ArrayConstructor<D extends DType> {
  new (buffer: ArrayBuffer): DataOf[D];
  readonly BYTES_PER_ELEMENT: number;
}

const arrays: { readonly [D in DType]: ArrayConstructor<D> } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  int16: Int16Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

export type ByteOrder = 'little' | 'big';

const HOST: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

export const widthOf = (dtype: DType): number => arrays[dtype].BYTES_PER_ELEMENT;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

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
  new arrays[dtype](inHostOrder(bytes, widthOf(dtype), order).buffer);

/** The bytes that store `data` in the given byte order. */
export const bytesOf = (data: TensorData, order: ByteOrder): Uint8Array<ArrayBuffer> =>
  inHostOrder(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), data.BYTES_PER_ELEMENT, order);

/** A zeroed array of `length` elements. */
export const zerosOf = <D extends DType>(dtype: D, length: number): DataOf[D] =>
  new arrays[dtype](new ArrayBuffer(length * widthOf(dtype)));
