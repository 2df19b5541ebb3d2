import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import {
  asValues,
  batch,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  fixed,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const stored = (
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype: G.DType = 'int64',
): Operand => ({
  shape,
  data,
  dtype,
  stored: true,
});
const given = (
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype: G.DType = 'int64',
): Operand => ({
  shape,
  data,
  dtype,
});

const reductions = ['none', 'add', 'mul', 'max', 'min'] as const;
const modes = ['reflect', 'edge', 'wrap'] as const;

const nodes: readonly OneNode[] = [
  { type: 'GatherND', operands: [fixed(3, 4, 2), given([0, 1, 2, -1, -3, 0], [3, 2])] },
  { type: 'GatherND', operands: [fixed(3, 4, 2), given([0, 1, 1, 2, 3, 1, 1, 0, 0, 0, 1, 1], [2, 2, 3])] },
  {
    type: 'GatherND',
    operands: [batch(3, 4, 2), { ...given([2, -1, 0], [3, 1]), batch: true }],
    attributes: { batch_dims: 1 },
  },
  {
    type: 'GatherND',
    operands: [batch(2, 3, 4), { ...given([3, 1, 0, -1, 2, 2], [2, 3, 1]), batch: true }],
    attributes: { batch_dims: 2 },
  },
  { type: 'GatherND', operands: [batch(3, 4), stored([2, 0, -1, 3], [2, 2])] },
  // Places that no two updates share: "none" leaves open which would win.
  ...reductions.flatMap((reduction): OneNode[] => [
    {
      type: 'ScatterND',
      operands: [fixed(4, 3, 2), stored([2, 0], [2, 1]), fixed(2, 3, 2)],
      attributes: { reduction },
    },
    {
      type: 'ScatterND',
      operands: [fixed(4, 3, 2), stored([0, 1, -1, 2, 2, 0], [3, 2]), fixed(3, 2)],
      attributes: { reduction },
    },
    {
      type: 'ScatterElements',
      operands: [fixed(3, 4), stored([1, 3, 0, -1, 2, 1], [2, 3]), fixed(2, 3)],
      attributes: { reduction, axis: 1 },
    },
  ]),
  ...reductions.slice(1).flatMap((reduction): OneNode[] => [
    {
      type: 'ScatterND',
      operands: [fixed(4, 2), stored([1, 3, 1, 1, -1], [5, 1]), fixed(5, 2)],
      attributes: { reduction },
    },
    {
      type: 'ScatterElements',
      operands: [fixed(3, 2), stored([1, 1, 1, 0, -2, 0], [3, 2]), fixed(3, 2)],
      attributes: { reduction },
    },
  ]),
  // Where the places are known only when the graph runs.
  ...(['max', 'min'] as const).flatMap((reduction): OneNode[] => [
    {
      type: 'ScatterElements',
      operands: [fixed(3, 3), given([1, 2, 0, -1, 2, 1], [2, 3]), fixed(2, 3)],
      attributes: { reduction },
    },
    {
      type: 'ScatterElements',
      operands: [fixed(3, 3), given([1, -3, 0, 1, 2, 1], [3, 2]), fixed(3, 2)],
      attributes: { reduction, axis: 1 },
    },
    {
      type: 'ScatterElements',
      operands: [batch(3, 2), { ...given([1, 1, 0, 1, 0, 0], [3, 2]), batch: true }, batch(3, 2)],
      attributes: { reduction, axis: 1 },
      opset: 18,
    },
    {
      type: 'ScatterND',
      operands: [fixed(4, 2), given([1, 3, 1, 1, -1], [5, 1]), fixed(5, 2)],
      attributes: { reduction },
    },
    {
      type: 'ScatterND',
      operands: [fixed(3, 2), given([1, 1, 0, -1, 1, 1], [3, 2]), fixed(3)],
      attributes: { reduction },
    },
  ]),
  { type: 'ScatterND', operands: [batch(3, 2), given([0, 2], [2, 1]), fixed(2, 2)] },
  { type: 'ScatterND', operands: [batch(3, 2), given([2, 2], [2, 1]), fixed(2, 2)], attributes: { reduction: 'add' } },
  { type: 'ScatterElements', operands: [fixed(3, 4), given([2, 0], [1, 2]), fixed(1, 2)], opset: 11 },
  {
    type: 'ScatterND',
    operands: [given([1, 2, 3], [3], 'int64'), stored([1], [1, 1]), given([9], [1], 'int64')],
    outputs: ['int64'],
  },
  { type: 'Tile', operands: [batch(2, 3), stored([2, 3])] },
  { type: 'Tile', operands: [batch(2, 1, 3), stored([1, 4, 1])] },
  { type: 'Tile', operands: [fixed(2, 3), stored([0, 2])] },
  { type: 'EyeLike', operands: [fixed(3, 4)] },
  { type: 'EyeLike', operands: [fixed(4, 3)], attributes: { k: -1 } },
  { type: 'EyeLike', operands: [given([0, 0, 0, 0, 0, 0], [2, 3])], attributes: { k: 1, dtype: 1 } },
  ...[0, 1].flatMap((upper): OneNode[] => [
    { type: 'Trilu', operands: [batch(2, 4, 3)], attributes: { upper } },
    { type: 'Trilu', operands: [batch(4, 3), stored([1], [])], attributes: { upper } },
    { type: 'Trilu', operands: [fixed(3, 5), given([-2], [])], attributes: { upper } },
  ]),
  { type: 'OneHot', operands: [given([0, 2, -1, 5, -4], [5]), stored([4]), fixed(2)], opset: 11 },
  {
    type: 'OneHot',
    operands: [given([0, 2, 1, 1], [2, 2]), stored([3], []), stored([0, 1], [2], 'float32')],
    attributes: { axis: 1 },
  },
  {
    type: 'OneHot',
    operands: [given([0, 2, 1, 1], [2, 2], 'float32'), stored([3], [], 'float32'), fixed(2)],
    attributes: { axis: 0 },
  },
  ...[
    [0, 7, 2],
    [5, -4, -3],
    [3, 3, 1],
    [-1, 2, 1],
  ].flatMap((bounds): OneNode[] =>
    (['int64', 'float32'] as const).map((dtype) => ({
      type: 'Range',
      operands: bounds.map((b) => stored([b], [], dtype)),
      outputs: [dtype],
    })),
  ),
  { type: 'Range', operands: [0.5, 2, 0.25].map((b) => stored([b], [], 'float32')) },
  { type: 'DepthToSpace', operands: [batch(2, 8, 2, 3)], attributes: { blocksize: 2 }, opset: 13 },
  { type: 'DepthToSpace', operands: [batch(2, 18, 1, 2)], attributes: { blocksize: 3, mode: 'CRD' } },
  { type: 'SpaceToDepth', operands: [batch(2, 2, 4, 6)], attributes: { blocksize: 2 } },
  ...modes.flatMap((mode): OneNode[] => [
    { type: 'Pad', operands: [batch(2, 4, 5), stored([0, 1, 2, 0, 3, 0])], attributes: { mode }, opset: 19 },
    { type: 'Pad', operands: [fixed(2, 5), stored([0, -1, 0, 2])], attributes: { mode }, opset: 19 },
    { type: 'Pad', operands: [fixed(2, 5), stored([2, 1]), undefined, stored([-1])], attributes: { mode }, opset: 19 },
  ]),
  { type: 'Pad', operands: [fixed(3, 2)], attributes: { mode: 'edge', pads: [1, 2, 0, 1] }, opset: 10 },
  // The batch itself, which has no number: positions are counted at run time.
  ...modes.map(
    (mode): OneNode => ({
      type: 'Pad',
      operands: [batch(4, 2), stored([2, 0, 3, 0])],
      attributes: { mode },
      opset: 19,
    }),
  ),
  { type: 'Pad', operands: [batch(2, 3), stored([0, 1, 0, 2]), given([0.7], [], 'float32')] },
  { type: 'Pad', operands: [batch(2, 3), stored([0, -1, 0, 2]), stored([-0.3], [], 'float32')] },
];

describe('an operator that moves elements, imported and written again, computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-6);
    const isBatched =
      node.operands[0]!.batch && node.type !== 'Tile' && node.type !== 'Pad' && node.type !== 'GatherND';
    if (isBatched) expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });

  it('Tile repeats the batch a symbolic number of times', () => {
    const node = { type: 'Tile', operands: [batch(2, 3), stored([2, 1])] };
    expect(graphOf(fileOf(node)).outputs[0]!.value.shape).toEqual(['2*N', 3]);
  });

  it('a product at indices computed from data is refused', () => {
    const node = {
      type: 'ScatterND',
      operands: [fixed(3), given([0], [1, 1]), fixed(1)],
      attributes: { reduction: 'mul' },
    };
    expect(refusalOf(fileOf(node)).message).toMatch(
      /combines by "mul", which needs indices .* known when the file is read/,
    );
  });
  it.each([
    [{ type: 'Pad', operands: [fixed(3), stored([1, 1])], attributes: { mode: 'mirror' } }, /unknown mode "mirror"/],
    [
      { type: 'ScatterND', operands: [fixed(3), stored([0], [1, 1]), fixed(1)], attributes: { reduction: 'avg' } },
      /unknown reduction "avg"/,
    ],
    [
      { type: 'DepthToSpace', operands: [fixed(1, 6, 1, 1)], attributes: { blocksize: 2 } },
      /6 in .* is not a multiple of 4/,
    ],
    [{ type: 'Range', operands: [0, 1, 0].map((v) => stored([v], [])), outputs: ['int64'] }, /has step 0/],
    [{ type: 'GatherND', operands: [fixed(3), stored([0, 0], [1, 2])] }, /must be a number of axes/],
    [
      { type: 'GatherND', operands: [fixed(3), stored([0], [1, 1])], attributes: { batch_dims: -1 } },
      /must be a number of axes/,
    ],
    [{ type: 'Tile', operands: [fixed(3), stored([-1])] }, /does not say how often to repeat/],
    [{ type: 'OneHot', operands: [given([0]), stored([2 ** 40]), fixed(2)] }, /counts 1099511627776 elements/],
    [
      { type: 'Pad', operands: [fixed(3), stored([0, 2 ** 40])], attributes: { mode: 'edge' } },
      /counts 1099511627779 elements/,
    ],
  ] as const)('%o is refused', (node, message) => {
    expect(refusalOf(fileOf(node as OneNode)).message).toMatch(message);
  });
});

/** The imported node as a function of its floating-point inputs, in float64. */
const laws: readonly OneNode[] = [
  {
    type: 'GatherND',
    operands: [batch(3, 4, 2), { ...given([2, -1, 0], [3, 1]), batch: true }],
    attributes: { batch_dims: 1 },
  },
  { type: 'ScatterND', operands: [fixed(4, 3), given([2, 0], [2, 1]), fixed(2, 3)] },
  { type: 'ScatterND', operands: [fixed(4, 3), given([2, 2], [2, 1]), fixed(2, 3)], attributes: { reduction: 'add' } },
  ...(['mul', 'max', 'min'] as const).map((reduction) => ({
    type: 'ScatterElements',
    operands: [fixed(3, 2), stored([1, 1, 1, 0, 2, 0], [3, 2]), fixed(3, 2)],
    attributes: { reduction },
  })),
  ...(['max', 'min'] as const).flatMap((reduction): OneNode[] => [
    {
      type: 'ScatterElements',
      operands: [fixed(3, 2), given([1, 1, 1, 0, 2, 0], [3, 2]), fixed(3, 2)],
      attributes: { reduction },
    },
    {
      type: 'ScatterND',
      operands: [fixed(4, 2), given([1, 3, 1, 1, -1], [5, 1]), fixed(5, 2)],
      attributes: { reduction },
    },
  ]),
  { type: 'Tile', operands: [batch(2, 3), stored([2, 2])] },
  { type: 'Trilu', operands: [batch(2, 3, 3), given([1], [])] },
  { type: 'OneHot', operands: [given([0, 2, -1]), stored([3]), fixed(2)] },
  { type: 'DepthToSpace', operands: [batch(1, 4, 2, 1)], attributes: { blocksize: 2 } },
  { type: 'SpaceToDepth', operands: [batch(1, 1, 2, 4)], attributes: { blocksize: 2 } },
  ...modes.map((mode) => ({
    type: 'Pad',
    operands: [batch(3, 4), stored([2, 1, 1, 3])],
    attributes: { mode },
    opset: 19,
  })),
  { type: 'Pad', operands: [batch(2, 3), stored([0, 1, 0, 2]), given([0.7], [], 'float32')] },
];

describe.each(laws.map((node) => [label(node), node] as const))('%s', (_, node) => {
  const graph = graphOf(fileOf(node), { dtype: 'float64' });
  // The bend between gives linear operators higher derivatives to carry.
  const xs = graph.inputs.filter((i) => G.isFloat(i.dtype));
  const [y] = G.substitute([graph.outputs[0]!.value], new Map(xs.map((x) => [x, G.add(x, G.mul(G.sin(x), 0.3))])));
  const values = asValues(feedsOf(node));
  it('has first, second and third derivatives that difference quotients confirm', () => {
    expectDerivatives(y!, xs, values);
  });
  it('has an adjoint that is the transpose of its tangent', () => {
    expectAdjoint(y!, xs, values);
  });
  it('gives one summary by both engines', () => {
    expectOneSummary(y!, xs, values);
  });
});

describe('positions', () => {
  it('iota counts a symbolic axis', () => {
    const x = G.input('x', ['N', 2], 'float64');
    const [y] = G.evaluate([G.add(G.cast(G.iota('N'), 'float64'), G.reduceSum(x))], {
      x: { shape: [4, 2], data: new Float64Array(8) },
    });
    expect([...y!.data]).toEqual([0, 1, 2, 3]);
  });
  it('an axis of one element reflects itself', () => {
    const x = G.input('x', ['N'], 'float64');
    const [y] = G.evaluate([G.padByIndex(x, [2], [1], 'reflect')], { x: { shape: [1], data: Float64Array.of(7) } });
    expectClose(y!.data, [7, 7, 7, 7], 0);
  });
  it('an expansion that only adds axes is written as Unsqueeze', async () => {
    const x = G.input('x', ['N', 3]);
    const graph = G.makeGraph([{ name: 'y', value: G.expand(x, [1, 1, 'N', 3]) }]);
    const bytes = G.encode(graph);
    const data = Float32Array.from(wave([2, 3], 1));
    const { y } = await run(bytes, { x: G.tensor(data, [2, 3], 'float32') });
    expect(y!.dims).toEqual([1, 1, 2, 3]);
    expect([...(y!.data as Float32Array)]).toEqual([...data]);
    expect(Buffer.from(bytes).includes('Unsqueeze')).toBe(true);
    expect(Buffer.from(bytes).includes('Expand')).toBe(false);
  });
  it('depthToSpace undoes spaceToDepth', () => {
    const x = G.input('x', ['N', 2, 4, 6], 'float64');
    const y = G.depthToSpace(G.spaceToDepth(x, 2), 2);
    const data = Float64Array.from(wave([3, 2, 4, 6], 1));
    const [again] = G.evaluate([y], { x: { shape: [3, 2, 4, 6], data } });
    expectClose(again!.data, data, 0);
  });
  it('a length of several terms divides its multiples, as gradients of products with such a matrix ask for', () => {
    const x = G.input('x', ['N', 'M'], 'float64');
    const longer = G.concat([G.reshape(x, ['N*M']), G.reduceSum(x, [1])], 0);
    const rows = G.expand(longer, [3, 'M*N + N']);
    expect(G.reshape(rows, [-1, 'M*N + N']).shape).toEqual([3, 'M*N + N']);
    expect(G.reshape(G.expand(longer, ['M*N + N', 'M*N + N']), [-1, 'M*N + N', 1]).shape[0]).toBe('M*N + N');
    expect(() => G.reshape(rows, [-1, 'N + 1'])).toThrow(/cannot infer/);
    const w = G.input('w', [2, 3], 'float64');
    const loss = G.reduceSum(G.square(G.matmul(w, G.sin(rows))));
    const values = { x: { shape: [2, 2], data: Float64Array.from(wave([2, 2], 1)) } };
    expectDerivatives(loss, [x, w], { ...values, w: { shape: [2, 3], data: Float64Array.from(wave([2, 3], 2)) } });
  });
});
