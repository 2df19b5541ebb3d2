import * as E from 'fp-ts/lib/Either.js';
import Long from 'long';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { run } from './runtime.js';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;
const { DataType } = onnx.TensorProto;

const float = (f: number) => ({ type: AttributeType.FLOAT, f });
const int = (i: number) => ({ type: AttributeType.INT, i: Long.fromNumber(i) });
const ints = (values: readonly number[]) => ({ type: AttributeType.INTS, ints: values.map((v) => Long.fromNumber(v)) });
const text = (s: string) => ({ type: AttributeType.STRING, s: new TextEncoder().encode(s) });

interface Node {
  readonly type: string;
  /** Operands by name: a, b and c are inputs [2, 3]; the others initializers. */
  readonly operands?: readonly string[];
  readonly attributes?: Readonly<Record<string, object>>;
  readonly opset?: number;
}

const initializers = [
  { name: 'low', dataType: DataType.FLOAT, dims: [], floatData: [-0.4] },
  { name: 'high', dataType: DataType.FLOAT, dims: [], floatData: [0.5] },
  { name: 'slope', dataType: DataType.FLOAT, dims: [Long.fromNumber(3)], floatData: [0.1, 0.2, 0.3] },
  { name: 'three', dataType: DataType.FLOAT, dims: [], floatData: [3] },
  { name: 'axes1', dataType: DataType.INT64, dims: [Long.fromNumber(1)], int64Data: [Long.fromNumber(-1)] },
  { name: 'axis', dataType: DataType.INT64, dims: [], int64Data: [Long.fromNumber(1)] },
];

const INTEGER_RESULTS = new Set(['ArgMax', 'ArgMin']);

/** A file of one node, written without the code under test. */
const fileOf = ({ type, operands = ['a'], attributes = {}, opset = 20 }: Node): Uint8Array => {
  const info = (name: string) => ({
    name,
    type: {
      tensorType: {
        elemType: DataType.FLOAT,
        shape: { dim: [2, 3].map((d) => ({ dimValue: Long.fromNumber(d) })) },
      },
    },
  });
  const model = onnx.ModelProto.create({
    irVersion: Long.fromNumber(8),
    opsetImport: [{ domain: '', version: Long.fromNumber(opset) }],
    graph: {
      name: 'one',
      node: [
        {
          opType: type,
          name: 'node',
          input: [...operands],
          output: ['out'],
          attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...value })),
        },
      ],
      input: ['a', 'b', 'c'].filter((name) => operands.includes(name)).map(info),
      initializer: initializers.filter(({ name }) => operands.includes(name)),
      output: [
        {
          name: 'out',
          type: { tensorType: { elemType: INTEGER_RESULTS.has(type) ? DataType.INT64 : DataType.FLOAT } },
        },
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
};

const nodes: readonly Node[] = [
  ...[
    'Abs',
    'Acos',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'Ceil',
    'Cos',
    'Cosh',
    'Erf',
    'Floor',
    'Round',
    'Sign',
    'Sin',
  ].map((type) => ({ type })),
  ...[
    'Sinh',
    'Tan',
    'Softplus',
    'Softsign',
    'HardSwish',
    'Mish',
    'Gelu',
    'HardSigmoid',
    'LeakyRelu',
    'Selu',
    'Celu',
  ].map((type) => ({ type })),
  { type: 'Acosh', operands: ['c'] },
  { type: 'Sqrt', operands: ['c'] },
  { type: 'Celu', attributes: { alpha: float(2) } },
  { type: 'Selu', attributes: { alpha: float(2), gamma: float(3) } },
  { type: 'LeakyRelu', attributes: { alpha: float(0.3) } },
  { type: 'HardSigmoid', attributes: { alpha: float(1), beta: float(0.25) } },
  { type: 'ThresholdedRelu', attributes: { alpha: float(0.2) } },
  { type: 'Gelu', attributes: { approximate: text('tanh') } },
  { type: 'PRelu', operands: ['a', 'slope'] },
  { type: 'Pow', operands: ['a', 'three'] },
  { type: 'Pow', operands: ['c', 'b'] },
  { type: 'Clip' },
  { type: 'Clip', operands: ['a', 'low'] },
  { type: 'Clip', operands: ['a', '', 'high'] },
  { type: 'Clip', operands: ['a', 'low', 'high'] },
  { type: 'Clip', attributes: { min: float(-0.4), max: float(0.5) }, opset: 10 },
  ...['Sum', 'Mean', 'Max', 'Min'].flatMap((type) => [
    { type, operands: ['a'] },
    { type, operands: ['a', 'b', 'c'] },
  ]),
  ...['ArgMax', 'ArgMin'].flatMap((type) => [
    { type },
    { type, attributes: { axis: int(-1), keepdims: int(0), select_last_index: int(1) } },
  ]),
  { type: 'CumSum', operands: ['a', 'axis'] },
  { type: 'CumSum', operands: ['a', 'axis'], attributes: { exclusive: int(1), reverse: int(1) } },
  ...['L1', 'L2', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].flatMap((name) => [
    { type: `Reduce${name}` },
    { type: `Reduce${name}`, operands: ['a', 'axes1'] },
    { type: `Reduce${name}`, attributes: { axes: ints([0]), keepdims: int(0) }, opset: 13 },
  ]),
  { type: 'ReduceLogSum', operands: ['c', 'axes1'], attributes: { keepdims: int(0) } },
];

/** Logic needs booleans, which a cast of whether an input is positive gives: the file is the operator between casts. */
const logicFile = (type: string, unary: boolean): Uint8Array => {
  const info = (name: string) => ({
    name,
    type: {
      tensorType: { elemType: DataType.FLOAT, shape: { dim: [2, 3].map((d) => ({ dimValue: Long.fromNumber(d) })) } },
    },
  });
  const cast = (from: string, to: string, elementType: number) => ({
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [{ name: 'to', ...int(elementType) }],
  });
  const positive = (name: string) => [
    { opType: 'Relu', input: [name], output: [`${name}+`] },
    cast(`${name}+`, `${name}?`, DataType.BOOL),
  ];
  const model = onnx.ModelProto.create({
    irVersion: Long.fromNumber(8),
    opsetImport: [{ domain: '', version: Long.fromNumber(17) }],
    graph: {
      name: 'logic',
      node: [
        ...positive('a'),
        ...(unary ? [] : positive('b')),
        { opType: type, name: 'node', input: unary ? ['a?'] : ['a?', 'b?'], output: ['answer'] },
        cast('answer', 'out', DataType.FLOAT),
      ],
      input: (unary ? ['a'] : ['a', 'b']).map(info),
      output: [info('out')],
    },
  });
  return onnx.ModelProto.encode(model).finish();
};

const feeds = {
  a: G.tensor([-0.83, -0.31, 0.05, 0.42, 0.77, 0.9], [2, 3], 'float32'),
  b: G.tensor([1.2, -0.4, 0.3, 2, -1.1, 0.6], [2, 3], 'float32'),
  c: G.tensor([1.1, 2.3, 1.7, 4, 1.01, 3], [2, 3], 'float32'),
};

const label = ({ type, operands = ['a'], attributes = {}, opset = 20 }: Node): string =>
  `${type}(${operands.join(', ')}) ${Object.keys(attributes).join(' ')} of opset ${opset}`;

const graphOf = (bytes: Uint8Array): G.Graph => {
  const result = G.decode(bytes);
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

describe('logic imported and written again', () => {
  it.each(['And', 'Or', 'Xor', 'Not'])('%s', async (type) => {
    const bytes = logicFile(type, type === 'Not');
    const [before, after] = await Promise.all([bytes, G.encode(graphOf(bytes))].map((b) => run(b, feeds)));
    expect(Array.from(after!.out!.data)).toEqual(Array.from(before!.out!.data));
    expect(new Set(Array.from(before!.out!.data))).toEqual(new Set([0, 1]));
  });
});

describe('an importer refuses', () => {
  it('an approximation of Gelu that it does not know', () => {
    const result = G.decode(fileOf({ type: 'Gelu', attributes: { approximate: text('cubic') } }));
    expect(E.isLeft(result) && result.left.message).toMatch(/unknown approximation "cubic"/);
  });
  it('Celu with an alpha that is not positive', () => {
    const result = G.decode(fileOf({ type: 'Celu', attributes: { alpha: float(0) } }));
    expect(E.isLeft(result) && result.left.message).toMatch(/alpha is 0; give a positive number/);
  });
});

describe('a node imported and written again computes what it did', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const bytes = fileOf(node);
    const graph = graphOf(bytes);
    const [before, after] = await Promise.all(
      [bytes, G.encode(graph, { keepInitializers: true })].map((b) => run(b, feeds)),
    );
    expect(after!.out!.dims).toEqual(before!.out!.dims);
    const wanted = Array.from(before!.out!.data, Number);
    Array.from(after!.out!.data, Number).forEach((value, i) => {
      expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(wanted[i]!)));
    });
  });
});
