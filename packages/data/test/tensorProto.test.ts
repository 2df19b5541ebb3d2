import { dirname } from 'node:path';
import * as fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../src/formats/elements.js';
import { decodeTensorProto, readTensorProtos } from '../src/index.js';
import { bits, DTYPES, tensors } from './arbitraries.js';
import { leftOf, rightOf } from './either.js';
import { FIXTURES } from './fixtures.js';

const { TensorProto } = onnxProto.onnx;

const CODES = {
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

const FLOAT16 = 10;

describe('TensorProto', () => {
  it('reads raw data of every type, bit for bit', () => {
    fc.assert(
      fc.property(tensors(DTYPES), fc.string(), (tensor, name) => {
        const bytes = TensorProto.encode({
          name,
          dims: [...tensor.shape],
          dataType: CODES[tensor.dtype],
          rawData: bytesOf(tensor.data, 'little'),
        }).finish();
        const read = rightOf(decodeTensorProto('t.pb')(bytes));
        expect(read.name).toBe(name);
        expect(bits(read.tensor)).toEqual(bits(tensor));
      }),
    );
  });

  it('reads the files that ONNX’s own writer made, in the order of their numbers', async () => {
    const read = rightOf(await readTensorProtos(FIXTURES)());
    expect(Object.fromEntries(read.map(({ name, tensor }) => [name, tensor]))).toEqual({
      x: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
      y: { dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, -9007199254740993n) },
      'typed-float': { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -1.5) },
      'typed-double': { dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -1.5) },
      'typed-int64': { dtype: 'int64', shape: [2], data: BigInt64Array.of(9007199254740993n, -7n) },
      'typed-uint64': { dtype: 'uint64', shape: [1], data: BigUint64Array.of(18446744073709551615n) },
      'typed-int8': { dtype: 'int8', shape: [2], data: Int8Array.of(-3, 4) },
      'typed-bool': { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
      'typed-half': { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -2) },
      'raw-half': { dtype: 'float32', shape: [2], data: Float32Array.of(65504, 2 ** -24) },
      scalar: { dtype: 'float32', shape: [], data: Float32Array.of(7) },
    });
    expect(read.at(-1)!.name).toBe('scalar');
  });

  it('widens bfloat16', () => {
    const bytes = TensorProto.encode({
      dims: [2],
      dataType: 16,
      rawData: Uint8Array.of(0x80, 0x3f, 0x40, 0xc0),
    }).finish();
    expect(rightOf(decodeTensorProto('t.pb')(bytes)).tensor.data).toEqual(Float32Array.of(1, -3));
  });

  it('refuses other bytes, other types, external data, and lengths that are not the shape’s', () => {
    const decode = (proto: Parameters<typeof TensorProto.encode>[0]) =>
      leftOf(decodeTensorProto('t.pb')(TensorProto.encode(proto).finish()));
    expect(leftOf(decodeTensorProto('t.pb')(new TextEncoder().encode('hello, world')))._tag).toBe('WrongFormat');
    expect(leftOf(decodeTensorProto('t.pb')(new Uint8Array(0)))).toMatchObject({ found: 'no element type' });
    expect(decode({ dims: [1], dataType: 8, stringData: [Uint8Array.of(65)] })._tag).toBe('UnsupportedType');
    expect(decode({ dims: [1], dataType: 1, externalData: [{ key: 'location', value: 'w.bin' }] }).message).toMatch(
      /external data/,
    );
    for (const dims of [[-2, -1], [0, -1], [-2]]) {
      const wrong = decode({ dims, dataType: 1, floatData: dims[0] === 0 ? [] : [1, 2] });
      expect(wrong).toMatchObject({ _tag: 'WrongFormat', found: `dimensions [${dims.join(', ')}]` });
    }
    expect(decode({ dims: [2], dataType: 1, floatData: [1] })).toMatchObject({ expected: 2, found: 1 });
    expect(decode({ dims: [2], dataType: 1, rawData: new Uint8Array(9) })).toMatchObject({ expected: 8, found: 9 });
  });

  it('refuses typed fields that the type does not hold, and takes its ends', () => {
    const decode = (proto: Parameters<typeof TensorProto.encode>[0]) =>
      decodeTensorProto('t.pb')(TensorProto.encode(proto).finish());
    expect(leftOf(decode({ dims: [3], dataType: 2, int32Data: [7, 300, -1] }))).toEqual({
      _tag: 'WrongFormat',
      source: 't.pb',
      found: '300 as element 1, which uint8 does not hold',
      message:
        't.pb is not an ONNX TensorProto: found 300 as element 1, which uint8 does not hold; write it with onnx.numpy_helper.from_array',
    });
    const beyond: readonly (readonly [code: number, number])[] = [
      [CODES.uint8, -1],
      [CODES.int8, 128],
      [CODES.int16, -(2 ** 15) - 1],
      [CODES.uint16, 2 ** 16],
      [CODES.bool, 2],
      [FLOAT16, 2 ** 16],
    ];
    for (const [dataType, value] of beyond) {
      expect(leftOf(decode({ dims: [1], dataType, int32Data: [value] })).message).toContain(
        `found ${value} as element`,
      );
    }
    expect(leftOf(decode({ dims: [1], dataType: CODES.uint32, uint64Data: [2 ** 32] })).message).toContain(
      '4294967296 as element 0, which uint32 does not hold',
    );
    const ends = { dims: [2], dataType: CODES.int8, int32Data: [-128, 127] };
    expect(rightOf(decode(ends)).tensor.data).toEqual(Int8Array.of(-128, 127));
    const floats = [-0, Number.NaN, Number.POSITIVE_INFINITY, Math.fround(0.1)];
    expect(rightOf(decode({ dims: [4], dataType: CODES.float32, floatData: floats })).tensor.data).toEqual(
      Float32Array.from(floats),
    );
  });

  it('never throws, whatever the bytes', () => {
    const good = TensorProto.encode({ dims: [2], dataType: 1, rawData: new Uint8Array(8) }).finish();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 30 }), fc.nat({ max: 255 }), (noise, at, byte) => {
        decodeTensorProto('noise')(noise);
        decodeTensorProto('flipped')(good.map((b, i) => (i === at ? byte : b)));
      }),
      { numRuns: 1000 },
    );
  });

  it('names a folder without such files', async () => {
    expect(leftOf(await readTensorProtos(dirname(FIXTURES))()).message).toMatch(/found no such file/);
  });
});
