import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectNodeLaws } from './nodeLaws.js';
import {
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  ints,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  storedInts,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

/** No element near 0, where an absolute value has its kink. */
const away = (...shape: number[]): Operand => ({
  shape,
  data: wave(shape, 1).map((v) => v + 0.2 * Math.sign(v)),
  batch: true,
});

const lpPools: readonly OneNode[] = [
  ...[1, 2, 3, 4].map((p) => ({
    type: 'LpPool',
    operands: [away(2, 2, 5, 4)],
    attributes: { kernel_shape: [2, 3], strides: [2, 1], pads: [1, 0, 0, 1], p },
  })),
  { type: 'LpPool', operands: [away(1, 2, 7)], attributes: { kernel_shape: [3] }, opset: 9 },
  { type: 'LpPool', operands: [away(1, 2, 7)], attributes: { kernel_shape: [3], dilations: [2], p: 3 } },
  { type: 'LpPool', operands: [away(1, 1, 3, 4, 3)], attributes: { kernel_shape: [2, 2, 2], p: 1 }, opset: 11 },
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((auto_pad) => ({
    type: 'LpPool',
    operands: [away(1, 1, 5, 6)],
    attributes: { kernel_shape: [2, 3], strides: [2, 2], auto_pad },
  })),
  {
    type: 'LpPool',
    operands: [away(1, 1, 6, 5)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
  },
  ...[1, 2, 3].map((p) => ({ type: 'GlobalLpPool', operands: [away(2, 3, 2, 2)], attributes: { p } })),
  { type: 'GlobalLpPool', operands: [away(2, 3, 5)], opset: 7 },
];

const unpools: readonly OneNode[] = [
  {
    type: 'MaxUnpool',
    operands: [{ shape: [2, 1, 2, 2] }, ints([5, 3, 9, 15, 16, 18, 28, 31], [2, 1, 2, 2])],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  {
    type: 'MaxUnpool',
    operands: [{ shape: [1, 2, 3] }, ints([0, 3, 4, 7, 9, 11], [1, 2, 3])],
    attributes: { kernel_shape: [3], strides: [2], pads: [0, 1] },
    opset: 9,
  },
  {
    type: 'MaxUnpool',
    operands: [{ shape: [1, 1, 2, 2] }, ints([5, 7, 8, 28], [1, 1, 2, 2]), storedInts(1, 1, 5, 6)],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  // Padding says nothing beside a shape.
  {
    type: 'MaxUnpool',
    operands: [{ shape: [1, 1, 2, 2] }, ints([0, 3, 8, 14], [1, 1, 2, 2]), storedInts(1, 1, 3, 5)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  },
];

const images: readonly OneNode[] = [
  { type: 'Col2Im', operands: [{ shape: [2, 8, 9], batch: true }, storedInts(4, 4), storedInts(2, 2)] },
  {
    type: 'Col2Im',
    operands: [{ shape: [2, 12, 6], batch: true }, storedInts(4, 5), storedInts(2, 3)],
    attributes: { strides: [2, 2], pads: [0, 1, 1, 1] },
  },
  {
    type: 'Col2Im',
    operands: [{ shape: [1, 4, 8], batch: true }, storedInts(5, 6), storedInts(2, 2)],
    attributes: { dilations: [1, 2], strides: [1, 2] },
  },
  // Side by side: no sums.
  {
    type: 'Col2Im',
    operands: [{ shape: [2, 12, 4], batch: true }, storedInts(4, 6), storedInts(2, 3)],
    attributes: { strides: [2, 3] },
  },
  { type: 'Col2Im', operands: [{ shape: [1, 8, 8], batch: true }, storedInts(3, 3, 3), storedInts(2, 2, 2)] },
];

const nodes = [...lpPools, ...unpools, ...images];

describe('a window operator imported, and written again, computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    expect(graph.outputs[0]!.value.shape[0]).toBe(node.operands[0]!.batch ? 'N' : node.operands[0]!.shape[0]);
  });
});

describe('its derivatives obey the laws', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

describe('MaxUnpool after MaxPool', () => {
  const shape = [2, 2, 4, 4];
  const data = Float64Array.from(wave(shape, 3), (v) => v + 2);

  it.each([
    { kernel: [2, 2], strides: [2, 2] },
    { kernel: [2, 2], strides: [1, 1] },
    { kernel: [3, 3], strides: [1, 1] },
  ])('keeps the maxima of windows $kernel, $strides apart, each once', ({ kernel, strides }) => {
    const x = G.input('x', shape, 'float64') as G.Input;
    const maxima = G.maxPool(x, kernel, { strides });
    const starts = G.mul(G.reshape(G.iota(4), [2, 2, 1, 1]), G.constant(16, 'int64'));
    const positions = G.add(G.maxPoolIndices(x, kernel, { strides }), starts);
    const y = G.maxUnpool(maxima, positions, shape);
    const [dx] = G.grad(G.reduceSum(G.square(y)), [x]);
    const [back, again, first, slope] = G.evaluate([y, G.maxPool(y, kernel, { strides }), maxima, dx!], {
      x: { shape, data },
    });
    expectClose(again!.data, first!.data, 1e-15);
    // What is left is x itself where some window found its maximum, and so is half of the square's derivative.
    const found = back!.data.map((v) => Number(v !== 0));
    expect(found.reduce((a, b) => a + b)).toBe(new Set(first!.data).size);
    expectClose(
      back!.data,
      data.map((v, i) => v * found[i]!),
      1e-15,
    );
    expectClose(
      slope!.data,
      data.map((v, i) => 2 * v * found[i]!),
      1e-14,
    );
  });

  it('agrees with ONNX Runtime where windows overlap', async () => {
    const positions = [5, 5, 7, 5, 5, 11, 13, 14, 11];
    const values = wave([16], 2);
    const node: OneNode = {
      type: 'MaxUnpool',
      operands: [{ shape: [1, 1, 3, 3], data: positions.map((p) => values[p]!) }, ints(positions, [1, 1, 3, 3])],
      attributes: { kernel_shape: [2, 2], strides: [1, 1] },
    };
    await expectImported(fileOf(node), feedsOf(node));
  });
});

describe('refusals', () => {
  it.each<[string, OneNode, RegExp]>([
    [
      'LpPool of the norm 0',
      { type: 'LpPool', operands: [away(1, 1, 4)], attributes: { kernel_shape: [2], p: 0 } },
      /p = 0 over .*p must be 1, or more/,
    ],
    [
      'the shape of another batch',
      {
        type: 'MaxUnpool',
        operands: [{ shape: [1, 1, 2] }, ints([0, 3], [1, 1, 2]), storedInts(2, 1, 4)],
        attributes: { kernel_shape: [2], strides: [2] },
      },
      /asks for the shape \[2, 1, 4\]; it must be \[1, 1, …\] like float32\[1, 1, 2\]/,
    ],
    [
      'a shape computed from data',
      {
        type: 'MaxUnpool',
        operands: [{ shape: [1, 1, 2] }, ints([0, 3], [1, 1, 2]), ints([1, 1, 5])],
        attributes: { kernel_shape: [2], strides: [2] },
      },
      /needs operand 2 .* to be known when the file is read/,
    ],
    [
      'another number of blocks',
      { type: 'Col2Im', operands: [{ shape: [1, 8, 8] }, storedInts(4, 4), storedInts(2, 2)] },
      /is not \[N, C·4, L\] of blocks \[2, 2\] in an image of \[4, 4\], which has \[3, 3\] of them/,
    ],
  ])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});

it('a tiled Col2Im is a rearrangement: nothing is multiplied or added', () => {
  const { outputs } = graphOf(fileOf(images[3]!));
  const names = G.topologicalOrder(outputs.map((o) => o.value)).map(({ op }) => op.name);
  expect(new Set(names)).toEqual(new Set(['input', 'reshape', 'transpose']));
});

it('Col2Im undoes the count of windows: ⟨col2im(y), x⟩ = ⟨y, im2col(x)⟩ in ONNX Runtime, too', async () => {
  const y = G.input('y', [1, 4, 9], 'float64') as G.Input;
  const image = G.col2im(y, [4, 4], [2, 2]);
  const [columns] = G.vjp(new Map([[image, G.input('x', [1, 1, 4, 4], 'float64') as G.Expr]]), [y]);
  const x = G.tensor(
    Float64Array.from({ length: 16 }, (_, i) => i),
    [1, 1, 4, 4],
    'float64',
  );
  const bytes = G.encode(G.makeGraph([{ name: 'columns', value: columns! }]));
  const { columns: got } = await run(bytes, { x });
  const wanted = [0, 1, 4, 5].flatMap((offset) => [0, 1, 2, 4, 5, 6, 8, 9, 10].map((corner) => corner + offset));
  expect([...(got!.data as Float64Array)]).toEqual(wanted);
});
