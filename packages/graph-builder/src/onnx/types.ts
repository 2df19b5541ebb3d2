/** Element types as ONNX numbers them (TensorProto.DataType). */

import type { DType } from '../tensor.js';

export const onnxTypeOf: { readonly [D in DType]: number } = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

const byNumber = new Map(Object.entries(onnxTypeOf).map(([dtype, number]) => [number, dtype as DType]));

/** The element type of an ONNX type number; undefined for those hograd does not hold (string, complex, half, 8-bit floats). */
export const dtypeOfOnnx = (type: number): DType | undefined => byNumber.get(type);
