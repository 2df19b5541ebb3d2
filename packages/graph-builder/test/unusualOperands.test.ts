/** Operators whose operands have unusual ranks, lengths or element types, imported and written again. */
import * as E from 'fp-ts/lib/Either.js';
import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { run } from './runtime.js';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;
const TYPES = { float32: 1, int8: 3, int64: 7, bool: 9 } as const;

interface Operand {
  readonly dtype: keyof typeof TYPES;
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** Stored in the model, not an input of it. */
  readonly stored?: true;
}

const floats = (shape: readonly number[], data: readonly number[]): Operand => ({ dtype: 'float32', shape, data });

/** A file of one node, written without the code under test, and what to feed it. */
const fileOf = (opType: string, operands: readonly Operand[], attributes: Readonly<Record<string, number>> = {}) => {
  const named = operands.map((operand, i) => ({ ...operand, name: `in${i}` }));
  const long = (value: number): Long => Long.fromNumber(value);
  const info = (name: string, dtype: keyof typeof TYPES, shape: readonly number[]): Onnx.IValueInfoProto => ({
    name,
    type: { tensorType: { elemType: TYPES[dtype], shape: { dim: shape.map((d) => ({ dimValue: long(d) })) } } },
  });
  const model = onnx.ModelProto.create({
    irVersion: long(8),
    opsetImport: [{ domain: '', version: long(20) }],
    graph: {
      name: 'one',
      node: [
        {
          opType,
          input: named.map((o) => o.name),
          output: ['out'],
          attribute: Object.entries(attributes).map(([name, i]) => ({ name, type: AttributeType.INT, i: long(i) })),
        },
      ],
      input: named.filter((o) => !o.stored).map((o) => info(o.name, o.dtype, o.shape)),
      initializer: named
        .filter((o) => o.stored)
        .map((o) => ({ name: o.name, dataType: TYPES[o.dtype], dims: o.shape.map(long), int64Data: o.data.map(long) })),
      output: [{ name: 'out', type: { tensorType: { elemType: TYPES[operands[0]!.dtype] } } }],
    },
  });
  const feeds = Object.fromEntries(
    named.filter((o) => !o.stored).map((o) => [o.name, G.tensor(o.data, o.shape, o.dtype)]),
  );
  return { bytes: onnx.ModelProto.encode(model).finish(), feeds };
};

const three = floats([3], [1, -2, 3]);
const matrices = floats(
  [2, 3, 2],
  Array.from({ length: 12 }, (_, i) => i - 5),
);

describe('imported and written again, as the file computes it', () => {
  it.each<[string, string, readonly Operand[], Readonly<Record<string, number>>]>([
    ['a vector times a vector', 'MatMul', [three, three], {}],
    ['a vector times matrices', 'MatMul', [three, matrices], {}],
    ['matrices times a vector', 'MatMul', [matrices, floats([2], [0.5, 2])], {}],
    ['ReduceMax of booleans', 'ReduceMax', [{ dtype: 'bool', shape: [2, 2], data: [0, 0, 1, 0] }], { keepdims: 0 }],
    ['ReduceMin of booleans', 'ReduceMin', [{ dtype: 'bool', shape: [2, 2], data: [1, 1, 1, 0] }], { keepdims: 1 }],
    [
      'Clip of 8-bit integers',
      'Clip',
      [
        { dtype: 'int8', shape: [4], data: [-128, -3, 4, 127] },
        { dtype: 'int8', shape: [], data: [-4] },
        { dtype: 'int8', shape: [], data: [100] },
      ],
      {},
    ],
    [
      'Reshape of nothing, its lengths in another order',
      'Reshape',
      [floats([0, 3, 4], []), { dtype: 'int64', shape: [3], data: [3, 4, 0], stored: true }],
      { allowzero: 1 },
    ],
  ])('%s', async (_, opType, operands, attributes) => {
    const { bytes, feeds } = fileOf(opType, operands, attributes);
    const decoded = G.decode(bytes);
    if (E.isLeft(decoded)) throw new Error(decoded.left.message);
    const [before, after] = await Promise.all([bytes, G.encode(decoded.right)].map((b) => run(b, feeds)));
    expect(after!.out!.dims).toEqual(before!.out!.dims);
    expect(Array.from(after!.out!.data, Number)).toEqual(Array.from(before!.out!.data, Number));
  });
});

describe('the largest 64-bit integer', () => {
  it('stays one, though the nearest double is larger', () => {
    expect(G.tensor([2 ** 63, -(2 ** 63), 7], [3], 'int64').data).toEqual(
      BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 7n),
    );
    expect(G.tensor([2 ** 64], [1], 'uint64').data).toEqual(BigUint64Array.of(2n ** 64n - 1n));
  });

  it('as the end of a slice of a shape means to the end, as PyTorch writes it', () => {
    const constant = (output: string, value: Long): Onnx.INodeProto => ({
      opType: 'Constant',
      output: [output],
      attribute: [{ name: 'value_ints', type: AttributeType.INTS, ints: [value] }],
    });
    const info = (name: string, dims: readonly number[]): Onnx.IValueInfoProto => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: dims.map((d) => ({ dimValue: Long.fromNumber(d) })) } } },
    });
    const model = onnx.ModelProto.create({
      irVersion: Long.fromNumber(8),
      opsetImport: [{ domain: '', version: Long.fromNumber(18) }],
      graph: {
        name: 'slice',
        node: [
          { opType: 'Shape', input: ['x'], output: ['shape'] },
          constant('start', Long.fromNumber(-1)),
          constant('end', Long.MAX_VALUE),
          constant('rest', Long.fromNumber(-1)),
          { opType: 'Slice', input: ['shape', 'start', 'end'], output: ['last'] },
          {
            opType: 'Concat',
            input: ['rest', 'last'],
            output: ['target'],
            attribute: [{ name: 'axis', type: AttributeType.INT, i: Long.ZERO }],
          },
          { opType: 'Reshape', input: ['x', 'target'], output: ['y'] },
        ],
        input: [info('x', [2, 3, 4])],
        output: [info('y', [6, 4])],
      },
    });
    const decoded = G.decode(onnx.ModelProto.encode(model).finish());
    expect(E.isRight(decoded) && decoded.right.outputs[0]!.value.shape).toEqual([6, 4]);
  });
});
