/** Tensors and attributes as protobuf messages. */

import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import type { AttributeValue } from '../op.js';
import type { Tensor } from '../tensor.js';
import { onnxTypeOf } from './types.js';

const { onnx } = onnxProto;

const bytesOf = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A tensor as a protobuf message, its elements as raw little-endian bytes. */
export const encodeTensor = (name: string, value: Tensor): Onnx.ITensorProto => ({
  name,
  dataType: onnxTypeOf[value.dtype],
  dims: value.shape.map((d) => Long.fromNumber(d)),
  rawData: bytesOf(value),
});

export const encodeAttribute = (name: string, value: AttributeValue): Onnx.IAttributeProto => {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'boolean') return { name, type: AttributeType.INT, i: Long.fromNumber(Number(value)) };
  if (typeof value === 'number') {
    // A number does not tell whether it is a float's attribute or an int's: its name does.
    return FLOAT_ATTRIBUTES.has(name)
      ? { name, type: AttributeType.FLOAT, f: value }
      : { name, type: AttributeType.INT, i: Long.fromNumber(value) };
  }
  if (value.every((v) => typeof v === 'string')) {
    return { name, type: AttributeType.STRINGS, strings: value.map((v) => new TextEncoder().encode(v as string)) };
  }
  return { name, type: AttributeType.INTS, ints: value.map((v) => Long.fromNumber(v as number)) };
};

/** Attributes that ONNX types as float in the operators hograd writes. */
const FLOAT_ATTRIBUTES = new Set(['alpha', 'beta', 'gamma', 'epsilon', 'lambd', 'bias']);
