import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  asValues,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const int = (data: readonly number[], dtype: G.DType = 'int64', shape: readonly number[] = [data.length]): Operand => ({
  shape,
  data,
  dtype,
});
const stored = (data: readonly number[], shape: readonly number[], dtype: G.DType): Operand => ({
  shape,
  data,
  dtype,
  stored: true,
});
const signed = [-7, -3, 0, 2, 5, 8];
const x = { shape: [2, 3, 4], batch: true };

const integerNodes: readonly OneNode[] = [
  ...(['int64', 'int32', 'int16', 'int8'] as const).map((dtype) => ({
    type: 'Abs',
    operands: [int(signed, dtype)],
    outputs: [dtype],
  })),
  { type: 'Abs', operands: [int([0, 3, 200], 'uint8')], outputs: ['uint8'] },
  { type: 'Pow', operands: [int(signed), int([2, 3, 0, 5, 1, 2])], outputs: ['int64'] },
  { type: 'Pow', operands: [int(signed, 'int32'), stored([3], [], 'int32')], outputs: ['int32'] },
  { type: 'Pow', operands: [int([0, 1, 4, 9, 16, 2], 'int32'), stored([0.5], [], 'float32')], outputs: ['int32'] },
  ...['Max', 'Min', 'Add', 'Mul', 'Sub', 'Div'].map((type) => ({
    type,
    operands: [int(signed), int([3, -2, 4, 3, -4, 5])],
    outputs: ['int64' as const],
  })),
  { type: 'Mod', operands: [int(signed), int([3, -2, 4, -3, 4, 5])], outputs: ['int64'] },
  { type: 'Mod', operands: [int(signed), int([3, -2, 4, -3, 4, 5])], attributes: { fmod: 1 }, outputs: ['int64'] },
];

/** Slices of the batch, whose length is a symbol: start, end and step. */
const stridedBatches: readonly OneNode[] = [
  [-1, -(2 ** 40), -1],
  [2 ** 40, -(2 ** 40), -2],
  [0, 2 ** 40, 2],
].map(([start, end, step]) => ({
  type: 'Slice',
  operands: [{ shape: [5, 3], batch: true }, ...[start!, end!, 0, step!].map((v) => stored([v], [1], 'int64'))],
}));

const shapeNodes: readonly OneNode[] = [
  { type: 'MatMul', operands: [{ shape: [3] }, { shape: [3] }] },
  { type: 'MatMul', operands: [{ shape: [3] }, { shape: [2, 3, 4], batch: true }] },
  { type: 'MatMul', operands: [{ shape: [2, 2, 3], batch: true }, { shape: [3] }] },
  { type: 'CastLike', operands: [int(signed), { shape: [1] }] },
  { type: 'CastLike', operands: [{ shape: [3], data: [1.7, -1.7, 0.2] }, int([1], 'int32')], outputs: ['int32'] },
  ...['ReduceMax', 'ReduceMin'].map((type) => ({
    type,
    operands: [int([1, 0, 0, 0, 1, 1], 'bool', [3, 2]), stored([1], [1], 'int64')],
    outputs: ['bool' as const],
  })),
  { type: 'Reshape', operands: [{ shape: [0, 3, 4] }, stored([3, 4, 0], [3], 'int64')], attributes: { allowzero: 1 } },
  {
    type: 'ConvTranspose',
    operands: [{ shape: [1, 1, 3, 3] }, { shape: [1, 2, 3, 3] }],
    attributes: { strides: [3, 2], output_shape: [10, 8] },
  },
  ...(['int8', 'int64'] as const).map((dtype) => ({
    type: 'Clip',
    operands: [int(signed, dtype), stored([-3], [], dtype), stored([5], [], dtype)],
    outputs: [dtype],
  })),
];

const floatNodes: readonly OneNode[] = [
  { type: 'Mod', operands: [{ shape: [2, 3] }, { shape: [3], data: [0.3, -0.4, 0.25] }], attributes: { fmod: 1 } },
  // A base below zero has whole powers only; one above has all.
  { type: 'Pow', operands: [{ shape: [2, 3] }, stored([2, 3, -1], [3], 'float32')] },
  {
    type: 'Pow',
    operands: [
      { shape: [2, 2], data: [0, 0, -2, 0.7] },
      { shape: [2, 2], data: [0, 3, -3, -0.5] },
    ],
  },
  { type: 'Pow', operands: [{ shape: [4], data: [0, 2, 3, 4] }, stored([2, 0.5, 1, 0], [4], 'int64')] },
  { type: 'Pow', operands: [{ shape: [3], data: [0.5, 2, 3] }, { shape: [2, 3] }] },
  ...[11, 12, 13].flatMap((opset) =>
    ['Softmax', 'LogSoftmax'].flatMap((type): OneNode[] => [
      { type, operands: [x], opset },
      ...[0, 1, 2, -1, -2].map((axis) => ({ type, operands: [x], attributes: { axis }, opset })),
    ]),
  ),
  ...[0, 1].flatMap((storage_order): OneNode[] => [
    {
      type: 'MaxPool',
      operands: [{ shape: [2, 3, 5, 4], batch: true }],
      attributes: { kernel_shape: [2, 3], strides: [1, 2], pads: [1, 1, 0, 1], storage_order },
      outputs: ['float32', 'int64'],
    },
    {
      type: 'MaxPool',
      operands: [{ shape: [2, 2, 3, 5, 4], batch: true }],
      attributes: { kernel_shape: [2, 2, 2], storage_order },
      outputs: ['float32', 'int64'],
    },
  ]),
  {
    type: 'MaxPool',
    operands: [{ shape: [1, 2, 7] }],
    attributes: { kernel_shape: [3] },
    outputs: ['float32', 'int64'],
  },
  { type: 'Dropout', operands: [x], opset: 7 },
  { type: 'Dropout', operands: [x], attributes: { ratio: { float: 0.3 } }, opset: 10 },
  { type: 'Dropout', operands: [x], outputs: ['float32', 'bool'], opset: 12 },
  {
    type: 'Dropout',
    operands: [x, stored([0.3], [], 'float32'), stored([0], [], 'bool')],
    outputs: ['float32', 'bool'],
    opset: 13,
  },
  {
    type: 'Dropout',
    operands: [x, stored([0], [], 'float32'), stored([1], [], 'bool')],
    outputs: ['float32', 'bool'],
    opset: 13,
  },
];

describe('a node imported, and written again, computes what its file does', () => {
  it.each([...integerNodes, ...shapeNodes, ...floatNodes].map((node) => [label(node), node] as const))(
    '%s',
    async (_, node) => {
      const graph = await expectImported(fileOf(node), feedsOf(node));
      if (node.operands[0]!.batch && node.opset !== 11 && node.opset !== 12)
        expect(graph.outputs[0]!.value.shape[0]).toBe('N');
    },
  );
});

describe('derivatives of', () => {
  it.each([
    [
      'Mod, away from its jumps',
      {
        type: 'Mod',
        operands: [
          { shape: [3], data: [2.2, -1.7, 0.9] },
          { shape: [3], data: [0.6, -0.4, 0.7] },
        ],
        attributes: { fmod: 1 },
      },
    ],
    [
      'Pow with whole constant exponents, below zero',
      { type: 'Pow', operands: [{ shape: [3], data: [-2, -0.5, 1.5] }, stored([3, -1, 4], [3], 'int64')] },
    ],
  ] as readonly (readonly [string, OneNode])[])('%s are confirmed by difference quotients', (_, node) => {
    const graph = graphOf(fileOf(node), { dtype: 'float64' });
    const xs = graph.inputs;
    const [y] = G.substitute([graph.outputs[0]!.value], new Map(xs.map((i) => [i, G.add(i, G.mul(G.sin(i), 0.05))])));
    expectDerivatives(y!, xs, asValues(feedsOf(node)), 1e-7);
    expectAdjoint(y!, xs, asValues(feedsOf(node)));
  });
});

describe('a slice with steps of a symbolic axis', () => {
  it.each([
    ['back to front', 'N', stridedBatches[0]!],
    ['every other one from the last', 'floor((N + 1)/2)', stridedBatches[1]!],
    ['every other one from the first', 'floor((N + 1)/2)', stridedBatches[2]!],
  ])('takes %s', async (_, length, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node));
    expect(graph.outputs[0]!.value.shape).toEqual([length, 3]);
  });

  it('is refused where it does not go over all of it', () => {
    const [whole] = stridedBatches;
    const node = { ...whole!, operands: whole!.operands.with(1, stored([-2], [1], 'int64')) };
    expect(refusalOf(fileOf(node)).message).toMatch(
      /steps by -1 from -2 to -\d+ along the symbolic axis 0; supported are whole axes, \[::k\] and \[::-k\]/,
    );
  });
});

describe('Dropout in training mode', () => {
  const training = (ratio: number): OneNode => ({
    type: 'Dropout',
    operands: [x, stored([ratio], [], 'float32'), stored([1], [], 'bool')],
    outputs: ['float32', 'bool'],
    opset: 13,
  });
  it('takes its mask as an input and scales what it keeps', async () => {
    const graph = graphOf(fileOf(training(0.25)));
    expect(graph.inputs.map((i) => [i.attributes.name, i.dtype, i.shape])).toEqual([
      ['in0', 'float32', ['N', 3, 4]],
      ['out0.mask', 'bool', ['N', 3, 4]],
    ]);
    const data = wave([2, 3, 4], 1);
    const kept = data.map((_, i) => Number(i % 3 !== 0));
    const out = await run(G.encode(graph), {
      in0: G.tensor(data, [2, 3, 4], 'float32'),
      'out0.mask': G.tensor(kept, [2, 3, 4], 'bool'),
    });
    expectClose(
      Array.from(out.out0!.data),
      data.map((v, i) => (kept[i]! * v) / 0.75),
      1e-6,
    );
    expect(Array.from(out.out1!.data, Number)).toEqual(kept);
  });
  it('refuses to drop everything', () => {
    expect(refusalOf(fileOf(training(1))).message).toMatch(/drops a share of 1; it must be at least 0 and less than 1/);
  });
  it('needs to know whether it is in it', () => {
    const node = {
      type: 'Dropout',
      operands: [x, stored([0.5], [], 'float32'), { shape: [], data: [1], dtype: 'bool' as const }],
      opset: 13,
    };
    expect(refusalOf(fileOf(node)).message).toMatch(/needs operand 2 \("in2"\) to be known when the file is read/);
  });
});
