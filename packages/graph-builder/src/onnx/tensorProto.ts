/** TensorProto → Tensor: raw bytes or typed fields, checked against the declared shape. */

import type { onnx as Onnx } from 'onnx-proto';
import { firstUnheld, tensor } from '../ops/constant.js';
import { arrayTypes, elementCount, type Tensor } from '../tensor.js';
import { DecodeFailure } from './errors.js';
import type { ExternalData } from './externalData.js';
import { isExternal, readExternal } from './readExternal.js';
import { dtypeOfOnnx } from './types.js';

/** More elements than this in one tensor is taken for a damaged file: 2³¹ bytes is protobuf's own limit. */
const MOST_ELEMENTS = 2 ** 31;

const fail = (name: string, problem: string): never => {
  throw new DecodeFailure({ _tag: 'InvalidTensor', tensor: name, message: `tensor "${name}" ${problem}` });
};

/** Half precision and bfloat16 become float32, which holds all of their values. */
const widened = (bits: number, type: number): number => {
  if (type === 16) return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const typedFields = (proto: Onnx.ITensorProto): ArrayLike<unknown> =>
  [proto.floatData, proto.doubleData, proto.int32Data, proto.int64Data, proto.uint64Data].find(
    (f) => f && f.length > 0,
  ) ?? [];

/**
 * A tensor's value, its data in the model or in a file of its own. Throws DecodeFailure on a type hograd does not hold, data
 * that is missing, a length that is not the shape's, or a number that is not the type's.
 */
export const decodeTensor = (proto: Onnx.ITensorProto, externalData?: ExternalData): Tensor => {
  const name = proto.name ?? '';
  const type = proto.dataType ?? 0;
  const half = type === 10 || type === 16;
  const dtype = half ? 'float32' : dtypeOfOnnx(type);
  if (dtype === undefined)
    return fail(name, `has element type ${type}, which is not supported; convert the model to float32`);
  const shape = (proto.dims ?? []).map(Number);
  const size = elementCount(shape);
  if (shape.some((d) => !(d >= 0)) || size > MOST_ELEMENTS)
    return fail(name, `has the absurd shape [${shape.join(', ')}]`);
  const width = half ? 2 : arrayTypes[dtype].BYTES_PER_ELEMENT;
  const raw = isExternal(proto) ? readExternal(proto, size * width, externalData) : proto.rawData;
  if (raw && raw.length > 0) {
    if (raw.length !== size * width)
      return fail(name, `has ${raw.length} bytes; its shape [${shape.join(', ')}] needs ${size * width}`);
    // A fresh buffer: the file's own is not aligned, and in Node a Buffer's `slice` would still share it.
    const copy = new Uint8Array(raw).buffer;
    if (half) return { dtype, shape, data: Float32Array.from(new Uint16Array(copy), (bits) => widened(bits, type)) };
    return { dtype, shape, data: new arrayTypes[dtype](copy) };
  }
  const fields = typedFields(proto);
  if (fields.length !== size)
    return fail(name, `has ${fields.length} elements; its shape [${shape.join(', ')}] needs ${size}`);
  if (half)
    return { dtype, shape, data: Float32Array.from(fields as ArrayLike<number>, (bits) => widened(bits, type)) };
  if (dtype === 'int64' || dtype === 'uint64') {
    const big = Array.from(fields, (v) => BigInt(String(v)));
    return { dtype, shape, data: dtype === 'int64' ? BigInt64Array.from(big) : BigUint64Array.from(big) };
  }
  const numbers = Array.from(fields, Number);
  const unheld = firstUnheld(numbers, dtype);
  if (unheld >= 0) return fail(name, `has ${numbers[unheld]} as element ${unheld}, which ${dtype} does not hold`);
  return tensor(numbers, shape, dtype);
};
