import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectNodeLaws } from './nodeLaws.js';
import {
  asValues,
  batch,
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

const positions: Operand = { ...ints([0, 4, 1, 2, 2, 3], [2, 3]), batch: true };

const rotations: readonly OneNode[] = [0, 1].flatMap((interleaved): OneNode[] => [
  // [B, H, T, D], angles by position, for each token, and for a part of the vector.
  {
    type: 'RotaryEmbedding',
    operands: [batch(2, 4, 3, 8), { shape: [5, 4] }, { shape: [5, 4] }, positions],
    attributes: { interleaved },
    opset: 23,
  },
  {
    type: 'RotaryEmbedding',
    operands: [batch(2, 4, 3, 8), batch(2, 3, 4), batch(2, 3, 4)],
    attributes: { interleaved },
    opset: 23,
  },
  {
    type: 'RotaryEmbedding',
    operands: [batch(2, 2, 3, 8), { shape: [5, 2] }, { shape: [5, 2] }, positions],
    attributes: { interleaved, rotary_embedding_dim: 4 },
    opset: 23,
  },
  // [B, T, H·D].
  {
    type: 'RotaryEmbedding',
    operands: [batch(2, 3, 12), { shape: [5, 3] }, { shape: [5, 3] }, positions],
    attributes: { interleaved, num_heads: 2 },
    opset: 23,
  },
  {
    type: 'RotaryEmbedding',
    operands: [batch(2, 3, 12), batch(2, 3, 2), batch(2, 3, 2)],
    attributes: { interleaved, num_heads: 2, rotary_embedding_dim: 4 },
    opset: 23,
  },
]);

const scatters: readonly OneNode[] = [
  { type: 'TensorScatter', operands: [batch(2, 2, 5, 3), batch(2, 2, 2, 3)], opset: 24 },
  {
    type: 'TensorScatter',
    operands: [batch(2, 2, 5, 3), batch(2, 2, 2, 3), { ...ints([3, 1]), batch: true }],
    opset: 24,
  },
  {
    type: 'TensorScatter',
    operands: [batch(2, 5, 3), batch(2, 3, 3), { ...ints([4, 0]), batch: true }],
    attributes: { mode: 'circular' },
    opset: 24,
  },
  {
    type: 'TensorScatter',
    operands: [batch(3, 2, 4), batch(3, 2, 4), { ...ints([0, 3, 2]), batch: true }],
    attributes: { mode: 'circular', axis: 2 },
    opset: 24,
  },
  {
    type: 'TensorScatter',
    operands: [batch(2, 4, 2, 2), batch(2, 1, 2, 2), { ...ints([3, 1]), batch: true }],
    attributes: { axis: 1 },
    opset: 24,
  },
];

const reversals: readonly OneNode[] = [
  { type: 'ReverseSequence', operands: [{ shape: [4, 3, 2] }, ints([4, 1, 3])] },
  {
    type: 'ReverseSequence',
    operands: [batch(3, 4, 2), { ...ints([2, 4, 3]), batch: true }],
    attributes: { batch_axis: 0, time_axis: 1 },
    opset: 10,
  },
  {
    type: 'ReverseSequence',
    operands: [batch(4, 2), storedInts(3, 4)],
    attributes: { batch_axis: 1, time_axis: 0 },
    opset: 12,
  },
];

const crops: readonly OneNode[] = [
  { type: 'CenterCropPad', operands: [{ shape: [5, 4, 6] }, storedInts(2, 4, 9)] },
  { type: 'CenterCropPad', operands: [{ shape: [5, 4] }, storedInts(8, 1)] },
  { type: 'CenterCropPad', operands: [batch(2, 5, 4), storedInts(2, 7)], attributes: { axes: [1, 2] } },
  { type: 'CenterCropPad', operands: [batch(2, 5, 4), storedInts(7, 2)], attributes: { axes: [-1, 1] } },
];

/** Matrices of full rank: those of `wave` have rank 4 at most. */
const matrices = (n: number, ...outer: number[]): Operand => {
  const shape = [...outer, n, n];
  return { shape, data: wave(shape, 1).map((v, i) => v + Math.sin(i * i)), batch: outer.length > 0 };
};
const determinants: readonly OneNode[] = [
  ...[1, 2, 3, 4, 5, 6].map((n) => ({ type: 'Det', operands: [matrices(n, 2)], opset: 11 })),
  { type: 'Det', operands: [matrices(3)] },
  { type: 'Det', operands: [matrices(3, 2, 2)], opset: 22 },
];

const nodes = [...rotations, ...scatters, ...reversals, ...crops, ...determinants];

describe('imported, and written again, it computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    const [first] = graph.outputs[0]!.value.shape;
    if (node.operands[0]!.batch) expect(first).toBe('N');
  });
});

describe('its derivatives obey the laws', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

describe('rotaryEmbedding', () => {
  it.each([false, true])('keeps products of vectors that are as far apart (interleaved: %s)', (interleaved) => {
    const [q, k] = ['q', 'k'].map((name) => G.input(name, [6], 'float64')) as [G.Expr, G.Expr];
    const angles = (t: number, f: (v: number) => number): G.Expr =>
      G.constant(
        G.tensor(
          [1, 0.3, 0.07].map((w) => f(w * t)),
          [3],
          'float64',
        ),
      );
    const turned = (v: G.Expr, t: number): G.Expr =>
      G.rotaryEmbedding(v, angles(t, Math.cos), angles(t, Math.sin), interleaved);
    const product = (s: number, t: number): G.Expr => G.reduceSum(G.mul(turned(q, s), turned(k, t)));
    const values = {
      q: { shape: [6], data: Float64Array.from(wave([6], 1)) },
      k: { shape: [6], data: Float64Array.from(wave([6], 2)) },
    };
    const [a, b, other] = G.evaluate([product(2, 5), product(11, 14), product(2, 6)], values);
    expectClose(a!.data, b!.data, 1e-13);
    expect(Math.abs(a!.data[0]! - other!.data[0]!)).toBeGreaterThan(1e-3);
  });
});

describe('reverseSequence', () => {
  it('is its own inverse, and so its own adjoint, whatever the lengths are when it runs', async () => {
    const node: OneNode = {
      type: 'ReverseSequence',
      operands: [{ shape: [5, 3], dtype: 'float64' }, ints([5, 0, 2])],
      outputs: ['float64'],
    };
    const { inputs, outputs } = graphOf(fileOf(node));
    const [x, lengths] = inputs as readonly [G.Input, G.Input];
    const y = outputs[0]!.value;
    const [adjoint] = G.vjp(new Map([[y, y]]), [x]);
    const graph = G.makeGraph([
      { name: 'twice', value: G.reverseSequence(y, lengths) },
      { name: 'adjoint', value: adjoint! },
    ]);
    const feeds = feedsOf(node);
    const results = await run(G.encode(graph), feeds);
    for (const { data } of Object.values(results)) expect([...(data as Float64Array)]).toEqual([...feeds.in0!.data]);
  });
});

describe('a cache', () => {
  it('takes the derivative of what was written over away from it', () => {
    const graph = graphOf(fileOf(scatters[1]!), { dtype: 'float64' });
    const [cache, update] = graph.inputs as readonly [G.Input, G.Input];
    const slopes = G.grad(G.reduceSum(graph.outputs[0]!.value), [cache, update]);
    const [kept, written] = G.evaluate(slopes, asValues(feedsOf(scatters[1]!)));
    expect([...written!.data]).toEqual(new Array(2 * 2 * 2 * 3).fill(1));
    const places = Array.from({ length: 20 }, (_, row) => kept!.data[row * 3]);
    expect(places).toEqual([1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1]);
  });
});

describe('det', () => {
  it('has the cofactors as its gradient, of a singular matrix, too', () => {
    const x = G.input('x', [3, 3], 'float64') as G.Input;
    const [dx] = G.grad(G.det(x), [x]);
    const [value, slope] = G.evaluate([G.det(x), dx!], {
      x: { shape: [3, 3], data: Float64Array.of(1, 2, 3, 2, 4, 6, 1, 0, 1) },
    });
    expect([...value!.data]).toEqual([0]);
    expect([...slope!.data]).toEqual([4, 4, -4, -2, -2, 2, 0, 0, 0]);
  });
});

describe('refusals', () => {
  it.each<[string, OneNode, RegExp]>([
    [
      'a large matrix',
      { type: 'Det', operands: [batch(2, 7, 7)] },
      /must end in two equal lengths, numbers from 1 to 6/,
    ],
    [
      'heads that do not divide',
      { type: 'RotaryEmbedding', operands: [batch(2, 3, 8), batch(2, 3, 2), batch(2, 3, 2)], opset: 23 },
      /num_heads = 0, which does not split the last axis of float32\[N, 3, 8\] into heads/,
    ],
    [
      'angles for another number of pairs',
      { type: 'RotaryEmbedding', operands: [batch(2, 1, 3, 8), batch(2, 3, 2), batch(2, 3, 2)], opset: 23 },
      /turns 4 pairs of elements, but operand 1 \(float32\[N, 3, 2\]\) has 2/,
    ],
    [
      'angles by position without positions',
      { type: 'RotaryEmbedding', operands: [batch(2, 1, 3, 8), { shape: [5, 4] }, { shape: [5, 4] }], opset: 23 },
      /needs an operand 1 of 3 axes without position_ids, got float32\[5, 4\]/,
    ],
    [
      'an update longer than the cache',
      { type: 'TensorScatter', operands: [batch(2, 2, 3), batch(2, 4, 3)], opset: 24 },
      /float32\[N, 4, 3\] cannot be written into float32\[N, 2, 3\] along axis 1/,
    ],
    [
      'an unknown mode',
      {
        type: 'TensorScatter',
        operands: [batch(2, 4, 3), batch(2, 2, 3)],
        attributes: { mode: 'ring' },
        opset: 24,
      },
      /unknown mode "ring"; supported are linear and circular/,
    ],
    [
      'two axes that are one',
      { type: 'ReverseSequence', operands: [batch(2, 2), storedInts(1, 1)], attributes: { batch_axis: 0 } },
      /batch_axis 0 and time_axis 0; one of them must be 0 and the other 1/,
    ],
    [
      'lengths of another batch',
      { type: 'ReverseSequence', operands: [{ shape: [4, 3] }, storedInts(1, 1)] },
      /lengths int64\[2\] do not fit float32\[4, 3\]; one for each of 3 sequences/,
    ],
    [
      'a crop of a symbolic axis',
      { type: 'CenterCropPad', operands: [batch(2, 3), storedInts(4, 3)] },
      /\[4, 3\] must name a length for each axis of float32\[N, 3\] that differs from it by a known number/,
    ],
    [
      'a shape computed from data',
      { type: 'CenterCropPad', operands: [{ shape: [2, 3] }, ints([4, 3])] },
      /needs operand 1 .* to be known when the file is read/,
    ],
  ])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});

describe('RotaryEmbedding', () => {
  it('does not take stored tables of angles for parameters', () => {
    const [rotation] = rotations;
    const [x, cos, sin, places] = rotation!.operands as readonly [Operand, Operand, Operand, Operand];
    const tables = [cos, sin].map((table): Operand => ({ ...table, stored: true }));
    const graph = graphOf(fileOf({ ...rotation!, operands: [x, ...tables, places] }));
    expect(graph.inputs.map((i) => i.attributes.name)).toEqual(['in0', 'in3']);
  });
});
