import * as E from 'fp-ts/lib/Either.js';
import Long from 'long';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { relativeError } from './golden.js';
import { run } from './runtime.js';

const { onnx } = onnxProto;

type Attribute = string | number | readonly number[];

interface Node {
  readonly type: string;
  /** Shapes of its operands; the first axis of the first is the batch, symbolic in the file. */
  readonly operands: readonly (readonly number[])[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const attribute = (name: string, value: Attribute) => {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: Long.fromNumber(value) };
  return { name, type: AttributeType.INTS, ints: value.map((v) => Long.fromNumber(v)) };
};

/** A file of one node, written without the code under test. */
const fileOf = ({ type, operands, attributes }: Node): Uint8Array => {
  const info = (name: string, shape: readonly number[], batch: boolean) => ({
    name,
    type: {
      tensorType: {
        elemType: onnx.TensorProto.DataType.FLOAT,
        shape: { dim: shape.map((d, i) => (batch && i === 0 ? { dimParam: 'N' } : { dimValue: Long.fromNumber(d) })) },
      },
    },
  });
  const names = operands.map((_, i) => `in${i}`);
  const model = onnx.ModelProto.create({
    irVersion: Long.fromNumber(8),
    opsetImport: [{ domain: '', version: Long.fromNumber(19) }],
    graph: {
      name: 'one',
      node: [
        {
          opType: type,
          name: 'node',
          input: names,
          output: ['out'],
          attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
        },
      ],
      input: operands.map((shape, i) => info(names[i]!, shape, i === 0)),
      output: [{ name: 'out', type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT } } }],
    },
  });
  return onnx.ModelProto.encode(model).finish();
};

const x = [2, 4, 9, 8];
const nodes: readonly Node[] = [
  { type: 'Conv', operands: [x, [6, 4, 3, 2], [6]], attributes: {} },
  { type: 'Conv', operands: [x, [6, 2, 3, 3]], attributes: { group: 2, strides: [2, 1], pads: [1, 0, 2, 1] } },
  { type: 'Conv', operands: [x, [4, 1, 3, 3], [4]], attributes: { group: 4, dilations: [2, 1] } },
  {
    type: 'Conv',
    operands: [
      [2, 3, 11],
      [5, 3, 4],
    ],
    attributes: { strides: [3], pads: [2, 1] },
  },
  { type: 'Conv', operands: [[2, 2, 5, 4, 6], [3, 2, 2, 3, 2], [3]], attributes: { strides: [1, 2, 2] } },
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((auto_pad) => ({
    type: 'Conv',
    operands: [x, [6, 4, 4, 3]],
    attributes: { auto_pad, strides: [2, 3] },
  })),
  { type: 'ConvTranspose', operands: [x, [4, 3, 3, 2], [3]], attributes: {} },
  {
    type: 'ConvTranspose',
    operands: [x, [4, 3, 3, 3]],
    attributes: { group: 2, strides: [2, 3], pads: [1, 0, 1, 2], output_padding: [1, 2] },
  },
  {
    type: 'ConvTranspose',
    operands: [
      [2, 3, 5],
      [3, 2, 3],
    ],
    attributes: { dilations: [2], strides: [2] },
  },
  { type: 'ConvTranspose', operands: [x, [4, 3, 3, 3]], attributes: { strides: [2, 2], output_shape: [18, 16] } },
  { type: 'ConvTranspose', operands: [x, [4, 3, 4, 3]], attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { type: 'MaxPool', operands: [x], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { type: 'MaxPool', operands: [x], attributes: { kernel_shape: [3, 3], strides: [2, 3], pads: [1, 1, 1, 1] } },
  { type: 'MaxPool', operands: [x], attributes: { kernel_shape: [3, 2], strides: [2, 3], ceil_mode: 1 } },
  { type: 'MaxPool', operands: [x], attributes: { kernel_shape: [3, 2], dilations: [2, 3] } },
  { type: 'MaxPool', operands: [x], attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_LOWER' } },
  { type: 'MaxPool', operands: [[2, 3, 10]], attributes: { kernel_shape: [3] } },
  { type: 'AveragePool', operands: [x], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { type: 'AveragePool', operands: [x], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  {
    type: 'AveragePool',
    operands: [x],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 0, 1], count_include_pad: 1 },
  },
  { type: 'AveragePool', operands: [x], attributes: { kernel_shape: [3, 2], strides: [2, 3], ceil_mode: 1 } },
  { type: 'AveragePool', operands: [x], attributes: { kernel_shape: [4, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { type: 'GlobalAveragePool', operands: [x], attributes: {} },
  { type: 'GlobalMaxPool', operands: [x], attributes: {} },
];

const decoded = (bytes: Uint8Array): G.Graph => {
  const result = G.decode(bytes);
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

describe('import of convolution and pooling', () => {
  const cases = nodes.map(
    (node) => [`${node.type} ${JSON.stringify(node.attributes)} ${node.operands[0]!.length - 2}d`, node] as const,
  );
  it.each(cases)('%s: the file itself, our graph and our file agree', async (_, node) => {
    const bytes = fileOf(node);
    const feeds = Object.fromEntries(
      node.operands.map((shape, i) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return [
          `in${i}`,
          G.tensor(
            Float64Array.from({ length }, (_, j) => Math.sin(1.3 * j + i)),
            shape,
            'float32',
          ),
        ];
      }),
    );
    const graph = decoded(bytes);
    const [own, again] = [await run(bytes, feeds), await run(G.encode(graph), feeds)];
    const expected = Array.from(own.out!.data);
    const values = Object.fromEntries(
      Object.entries(feeds).map(([name, t]) => [name, { shape: t.shape, data: Float64Array.from(t.data) }]),
    );
    const [interpreted] = G.evaluate([graph.outputs[0]!.value], values);
    expect(interpreted!.shape).toEqual(own.out!.dims);
    expect(graph.outputs[0]!.value.shape[0]).toBe('N');
    expect(relativeError(interpreted!.data, expected)).toBeLessThan(1e-5);
    expect(again.out!.dims).toEqual(own.out!.dims);
    expect(relativeError(again.out!.data, expected)).toBeLessThan(1e-5);
  });

  it('an error names the node whose attributes do not fit', () => {
    const bytes = fileOf({ type: 'Conv', operands: [x, [6, 3, 3, 3]], attributes: {} });
    const result = G.decode(bytes);
    expect(E.isLeft(result) && result.left.message).toMatch(/node.*second axis must be channels \/ groups/);
  });
});
