/**
 * Protobuf fields that are newer than the schema the parser knows (ONNX 1.10). The parser would drop them silently: those
 * that only annotate are passed over, those that change what a model computes are read here, and any other is refused.
 */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';
import { DecodeFailure } from './errors.js';

/** What a field of a message is: known to the parser (and perhaps a message itself), an annotation, or read here. */
type Field = 'known' | 'annotation' | 'overload' | 'defaults' | Message;
type Message =
  | 'ModelProto'
  | 'GraphProto'
  | 'NodeProto'
  | 'FunctionProto'
  | 'AttributeProto'
  | 'TensorProto'
  | 'ValueInfoProto';

/** Fields 1..last of a message as known ones, some of them something else. */
const fields = (last: number, others: Readonly<Record<number, Field>>): ReadonlyMap<number, Field> =>
  new Map<number, Field>([
    ...Array.from({ length: last }, (_, i) => [i + 1, 'known' as Field] as const),
    ...Object.entries(others).map(([number, field]) => [Number(number), field] as const),
  ]);

/** By the field numbers of onnx.proto. Annotations: metadata (16, 9, 14, 4), types of inner values, placement on devices. */
const messages: { readonly [M in Message]: ReadonlyMap<number, Field> } = {
  ModelProto: fields(8, { 7: 'GraphProto', 14: 'known', 20: 'known', 25: 'FunctionProto', 26: 'annotation' }),
  GraphProto: fields(15, {
    1: 'NodeProto',
    5: 'TensorProto',
    11: 'ValueInfoProto',
    12: 'ValueInfoProto',
    13: 'ValueInfoProto',
    16: 'annotation',
  }),
  NodeProto: fields(7, { 5: 'AttributeProto', 8: 'overload', 9: 'annotation', 10: 'annotation' }),
  FunctionProto: fields(10, { 7: 'NodeProto', 11: 'defaults', 12: 'annotation', 13: 'overload', 14: 'annotation' }),
  AttributeProto: fields(15, { 5: 'TensorProto', 20: 'known', 21: 'known', 22: 'known', 23: 'known' }),
  TensorProto: fields(14, { 16: 'annotation' }),
  ValueInfoProto: fields(3, { 4: 'annotation' }),
};

const refuse = (message: string): never => {
  throw new DecodeFailure({ _tag: 'UnsupportedFeature', message });
};

/** What the parser would have dropped. */
export interface NewerFields {
  /** Default values of each local function's attributes, in the order of the file. */
  readonly functionDefaults: readonly (readonly Onnx.IAttributeProto[])[];
  /** What PyTorch's exporter says that values were in the program it exported, by name: PARAMETER, BUFFER, CONSTANT_TENSOR. */
  readonly kinds: ReadonlyMap<string, string>;
}

const KIND = 'pkg.torch.export.graph_signature.InputSpec.kind';

/** Payloads of a message's length-delimited field of that number. */
const payloadsOf = (message: Uint8Array, number: number): readonly Uint8Array[] => {
  const reader = protobuf.Reader.create(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((number << 3) | 2)) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
};

const textOf = (message: Uint8Array, number: number): string =>
  new TextDecoder().decode(payloadsOf(message, number).at(-1));

/** What a ValueInfoProto's metadata say that its value was; undefined where they do not. */
const kindOf = (valueInfo: Uint8Array): string | undefined => {
  const entry = payloadsOf(valueInfo, 4).find((metadata) => textOf(metadata, 1) === KIND);
  return entry && textOf(entry, 2);
};

/**
 * Walks a model's bytes, which the parser has accepted. Throws DecodeFailure on a field that neither the parser nor this
 * table knows, and on overloaded functions.
 */
export const readNewerFields = (bytes: Uint8Array): NewerFields => {
  const defaults: Onnx.IAttributeProto[][] = [];
  const kinds = new Map<string, string>();
  const walk = (message: Message, payload: Uint8Array): void => {
    const reader = protobuf.Reader.create(payload);
    if (message === 'FunctionProto') defaults.push([]);
    const kind = message === 'ValueInfoProto' ? kindOf(payload) : undefined;
    if (kind !== undefined) kinds.set(textOf(payload, 1), kind);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const [number, wire] = [tag >>> 3, tag & 7];
      if (number === 0) throw new Error('a field has the number 0');
      const field = messages[message].get(number);
      if (field === undefined) {
        refuse(
          `${message} has field ${number}, which is newer than what hograd knows; export the model with an older ONNX`,
        );
      } else if (field === 'known' || field === 'annotation' || wire !== 2) {
        reader.skipType(wire);
      } else if (field === 'overload') {
        const overload = reader.string();
        if (overload !== '')
          refuse(
            `${message} has the overload "${overload}", which is not supported; give the function a name of its own`,
          );
      } else if (field === 'defaults') {
        defaults.at(-1)!.push(onnxProto.onnx.AttributeProto.decode(reader.bytes()));
      } else walk(field, reader.bytes());
    }
  };
  walk('ModelProto', bytes);
  return { functionDefaults: defaults, kinds };
};
