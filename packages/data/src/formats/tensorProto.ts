/** ONNX TensorProto: one tensor a file, as ONNX's own tests store inputs and outputs. */

import type { DType, Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { type DataError, unsupportedType, wrongFormat, wrongLength } from '../errors.js';
import { elementsOf, widthOf, zerosOf } from './elements.js';
import { float32OfBfloat16, float32OfHalf } from './half.js';

/** A tensor under the name that its file gives it; empty where it gives none. */
export interface NamedTensor {
  /** '' where the file gives none. */
  readonly name: string;
  readonly tensor: Tensor;
}

const CURE = 'write it with onnx.numpy_helper.from_array';

const FLOAT16 = 10;
const BFLOAT16 = 16;

/** TensorProto.DataType. */
const dtypes: { readonly [code: number]: DType | undefined } = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
};

const widenings: { readonly [code: number]: ((bits: number) => number) | undefined } = {
  [FLOAT16]: float32OfHalf,
  [BFLOAT16]: float32OfBfloat16,
};

/** A protobuf number: 64-bit ones come as Long objects, whose text is exact. */
type Field = number | { toString(): string };

/** The field of the message that holds elements of a type, where they are not in raw_data. */
const fieldOf = (proto: Onnx.TensorProto, code: number): readonly Field[] => {
  if (code === 1) return proto.floatData;
  if (code === 11) return proto.doubleData;
  if (code === 7) return proto.int64Data;
  return code === 12 || code === 13 ? proto.uint64Data : proto.int32Data;
};

/** Fields as elements of a type; what is found instead where one is a number that the type does not hold. */
const fromFields = (dtype: DType, fields: readonly Field[]): E.Either<string, Tensor['data']> => {
  const data = zerosOf(dtype, fields.length);
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  // The text of −0 has no sign.
  const numberOf = (field: Field): number => (typeof field === 'number' ? field : Number(field.toString()));
  const numbers = fields.map((field) => (wide ? BigInt(field.toString()) : numberOf(field)));
  numbers.forEach((number, i) => {
    data[i] = number;
  });
  // What is out of range has been wrapped around.
  const wrong = numbers.findIndex((number, i) => !Object.is(number, data[i]) || (dtype === 'bool' && number > 1));
  return wrong < 0 ? E.right(data) : E.left(`${numbers[wrong]} as element ${wrong}, which ${dtype} does not hold`);
};

const tensorOf = (source: string, proto: Onnx.TensorProto): E.Either<DataError, Tensor> => {
  const code = proto.dataType;
  const widen = widenings[code];
  const dtype = widen ? 'uint16' : dtypes[code];
  if (dtype === undefined) {
    return E.left(unsupportedType(source, `${code}`, 'store it as float32, float64 or an integer type'));
  }
  if (proto.externalData.length > 0) {
    return E.left(
      wrongFormat(source, 'a tensor with its data inside', 'external data', 'save it with the data inside'),
    );
  }
  const shape = proto.dims.map(Number);
  if (shape.some((extent) => extent < 0)) {
    return E.left(wrongFormat(source, 'an ONNX TensorProto', `dimensions [${shape.join(', ')}]`, CURE));
  }
  const size = elementCount(shape);
  const raw = proto.rawData.length > 0;
  const fields = raw ? [] : fieldOf(proto, code);
  const found = raw ? proto.rawData.length : fields.length;
  const expected = raw ? size * widthOf(dtype) : size;
  if (found !== expected) return E.left(wrongLength(source, expected, found, raw ? 'bytes' : 'elements'));
  return pipe(
    raw ? E.right(elementsOf(dtype, proto.rawData, 'little')) : fromFields(dtype, fields),
    E.bimap(
      (wrong) => wrongFormat(source, 'an ONNX TensorProto', wrong, CURE),
      (data) =>
        widen
          ? { dtype: 'float32', shape, data: Float32Array.from(data as Uint16Array, widen) }
          : { dtype, shape, data },
    ),
  );
};

/**
 * The tensor in the bytes of a serialised TensorProto, from raw_data or the typed fields; float16 and bfloat16 come out
 * as float32. `source` names it in messages.
 *
 * Fails with WrongFormat where the bytes are not a TensorProto, a dimension is negative, a number is not the type's or the data lie in
 * another file, UnsupportedType, WrongLength.
 */
export const decodeTensorProto =
  (source: string) =>
  (bytes: Uint8Array): E.Either<DataError, NamedTensor> =>
    pipe(
      E.tryCatch(
        () => onnxProto.onnx.TensorProto.decode(bytes),
        (cause) => (cause instanceof Error ? cause.message : String(cause)),
      ),
      // Protobuf takes almost any bytes for a message, so a file without an element type is not a tensor.
      E.filterOrElse(
        (proto) => proto.dataType !== 0,
        () => 'no element type',
      ),
      E.mapLeft((found) => wrongFormat(source, 'an ONNX TensorProto', found, CURE)),
      E.chain((proto) =>
        pipe(
          tensorOf(source, proto),
          E.map((tensor) => ({ name: proto.name, tensor })),
        ),
      ),
    );
