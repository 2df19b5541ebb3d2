/** A tensor's concrete value: element type, shape and row-major data. */

/** The element types of the calculus, by onnx's names but for float and double, which say their width. */
export type DType =
  | 'float32'
  | 'float64'
  | 'int32'
  | 'int64'
  | 'int8'
  | 'int16'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** Typed array that holds each element type; `bool` is one byte (0 or 1) an element. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
}

/** A typed array of the element type, row-major. */
export type TensorData = DataOf[DType];

/** The number of elements of a shape; 1 of a scalar's. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((count, length) => count * length, 1);

interface ArrayType<D extends DType> {
  new (length: number): DataOf[D];
  new (buffer: ArrayBuffer): DataOf[D];
  readonly BYTES_PER_ELEMENT: number;
}

/** Constructors of the typed arrays, by element type. */
export const arrayTypes: { readonly [D in DType]: ArrayType<D> } = {
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

/** Immutable by convention: nobody writes to `data` after construction. `shape` [] is a scalar (one element). */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: DataOf[D];
}
