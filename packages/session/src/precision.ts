/** The precision that a model's bytes declare. */

import protobuf from 'protobufjs/minimal.js';

/** Numbers of fields in onnx.proto: ModelProto.graph; GraphProto's input and output; ValueInfoProto.type; TypeProto.tensor_type; TypeProto.Tensor.elem_type. */
const GRAPH = 7;
const INPUT = 11;
const OUTPUT = 12;
const TYPE = 2;
const TENSOR = 1;
const ELEMENT = 1;

/** TensorProto.DataType.DOUBLE. */
const DOUBLE = 11;

const VARINT = 0;
const MESSAGE = 2;

/** Payloads of a message's fields of these numbers that are messages themselves. Nothing is copied. */
const messages = (bytes: Uint8Array, ...fields: readonly number[]): readonly Uint8Array[] => {
  const reader = protobuf.Reader.create(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === MESSAGE && fields.includes(tag >>> 3)) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
};

const isDouble = (tensor: Uint8Array): boolean => {
  const reader = protobuf.Reader.create(tensor);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((ELEMENT << 3) | VARINT)) return reader.int32() === DOUBLE;
    reader.skipType(tag & 7);
  }
  return false;
};

/** Does the graph declare an input or an output of float64? False also of bytes that are no ONNX file: whoever opens them says so. */
export const declaresFloat64 = (model: Uint8Array): boolean => {
  try {
    return messages(model, GRAPH)
      .flatMap((graph) => messages(graph, INPUT, OUTPUT))
      .flatMap((port) => messages(port, TYPE))
      .flatMap((type) => messages(type, TENSOR))
      .some(isDouble);
  } catch {
    return false;
  }
};
