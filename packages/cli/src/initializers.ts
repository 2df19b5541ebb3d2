/** The initializers of a model's file: their types, and the same file with other values in them. */

import { isUniform, type Tensor } from '@hograd/graph-builder';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';
import type { ModelFile } from './modelFile.js';

const { NodeProto, TensorProto, ValueInfoProto } = onnxProto.onnx;

/** Numbers of fields in onnx.proto: ModelProto.graph, and GraphProto's node, initializer and output. */
const GRAPH = 7;
const NODE = 1;
const INITIALIZER = 5;
const OUTPUT = 12;

const MESSAGE = 2;

/** A message with other payloads in one of its fields, or without those that become undefined. Every other byte stays, fields newer than the schema too. */
const mapField = (
  bytes: Uint8Array,
  field: number,
  map: (payload: Uint8Array) => Uint8Array | undefined,
): Uint8Array => {
  const reader = protobuf.Reader.create(bytes);
  const pieces: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if (tag === ((field << 3) | MESSAGE)) {
      const payload = map(reader.bytes());
      if (payload) pieces.push(protobuf.Writer.create().uint32(tag).bytes(payload).finish());
    } else {
      reader.skipType(tag & 7);
      pieces.push(bytes.subarray(start, reader.pos));
    }
  }
  return Buffer.concat(pieces);
};

const mapInitializers = (
  bytes: Uint8Array,
  map: (payload: Uint8Array, proto: Onnx.TensorProto) => Uint8Array,
): Uint8Array =>
  mapField(bytes, GRAPH, (graph) =>
    mapField(graph, INITIALIZER, (payload) => map(payload, TensorProto.decode(payload))),
  );

/** TensorProto.DataType of each initializer of a model's bytes, by name. */
export const initializerTypes = (bytes: Uint8Array): ReadonlyMap<string, number> => {
  const types = new Map<string, number>();
  mapInitializers(bytes, (payload, { name, dataType }) => {
    types.set(name, dataType);
    return payload;
  });
  return types;
};

const withData = ({ name, dataType, dims, docString }: Onnx.TensorProto, rawData: Uint8Array): Uint8Array =>
  TensorProto.encode({ name, dataType, dims, rawData, ...(docString && { docString }) }).finish();

/**
 * A model's bytes, self-contained, in which each of the parameters is an initializer, and none of them also the value of something else:
 * what was a Constant node is one, and what was the Identity of an initializer because their values were equal is on its own, as `decode` reads it. `parameters`: their
 * values in the file, by name.
 */
export const separated = (bytes: Uint8Array, parameters: ReadonlyMap<string, Tensor>): Uint8Array =>
  mapField(bytes, GRAPH, (graph) => {
    const stored = new Map<string, Onnx.TensorProto>();
    mapField(graph, INITIALIZER, (payload) => {
      const proto = TensorProto.decode(payload);
      stored.set(proto.name, proto);
      return payload;
    });
    const outputs = new Set<string>();
    mapField(graph, OUTPUT, (payload) => {
      outputs.add(ValueInfoProto.decode(payload).name);
      return payload;
    });
    const own: Uint8Array[] = [];
    const keep = (proto: Onnx.TensorProto): void => {
      stored.set(proto.name, proto);
      own.push(
        protobuf.Writer.create()
          .uint32((INITIALIZER << 3) | MESSAGE)
          .bytes(TensorProto.encode(proto).finish())
          .finish(),
      );
    };
    const rest = mapField(graph, NODE, (payload) => {
      const { opType, input, output, attribute } = NodeProto.decode(payload);
      const name = output[0]!;
      if (opType === 'Constant' && parameters.has(name)) {
        keep(TensorProto.create({ ...attribute.find((a) => a.name === 'value')!.t!, name }));
        return undefined;
      }
      const source = opType === 'Identity' ? stored.get(input[0]!) : undefined;
      const shared = parameters.get(input[0]!);
      const isOwn = parameters.has(name) || (shared !== undefined && isUniform(shared));
      if (!source || outputs.has(name) || !isOwn) return payload;
      keep(TensorProto.create({ ...source, name }));
      return undefined;
    });
    return Buffer.concat([rest, ...own]);
  });

/** A model's bytes with the data of its initializers all in them. The file has been decoded: what it refers to is there. */
export const selfContained = ({ bytes, externalData }: ModelFile): Uint8Array =>
  mapInitializers(bytes, (payload, proto) => {
    const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
    const location = entries.get('location');
    if (!location) return payload;
    const file = externalData(location)!;
    const offset = Number(entries.get('offset') ?? 0);
    return withData(proto, file.subarray(offset, offset + Number(entries.get('length') ?? file.length)));
  });

/** A model's bytes with other values of the initializers so named, each of its type and shape; the rest stays byte for byte. */
export const replaceInitializers = (bytes: Uint8Array, values: ReadonlyMap<string, Tensor>): Uint8Array =>
  mapInitializers(bytes, (payload, proto) => {
    const data = values.get(proto.name)?.data;
    return data ? withData(proto, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) : payload;
  });
