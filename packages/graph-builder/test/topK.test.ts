import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  type Attribute,
  asValues,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
} from './oneNode.js';
import { run } from './runtime.js';

const k = (count: number): Operand => ({ shape: [1], data: [count], dtype: 'int64', stored: true });
const both = ['float32', 'int64'] as const;
const topK = (
  x: Operand,
  count: number,
  attributes: Readonly<Record<string, Attribute>> = {},
  opset = 20,
): OneNode => ({ type: 'TopK', operands: [x, k(count)], attributes, outputs: [x.dtype ?? 'float32', 'int64'], opset });

const x: Operand = { shape: [3, 4, 5], batch: true };
const ties: Operand = { shape: [2, 7], data: [2, 1, 2, 3, 1, 3, 2, 0, 0, 0, 0, -1, 0, -1] };
const infinite: Operand = { shape: [5], data: [1, Infinity, -Infinity, Infinity, -Infinity] };

const nodes: readonly OneNode[] = [
  ...[0, 1].flatMap((largest) => [0, 1, 2, -1, -3].map((axis) => topK(x, 2, { largest, axis }))),
  ...[1, 4].map((count) => topK(x, count, { axis: 1 })),
  ...[0, 1].flatMap((largest) => [1, 3, 5, 7].map((count) => topK(ties, count, { largest }))),
  ...[0, 1].map((largest) => topK(infinite, 4, { largest })),
  topK({ shape: [6], data: [5, -3, 5, 0, 2, -3], dtype: 'int64' }, 4),
  topK({ shape: [6], data: [5, -3, 5, 0, 2, -3], dtype: 'int32' }, 4, { largest: 0 }),
  topK(x, 3, {}, 11),
  topK(x, 3, { axis: 0 }, 10),
  { type: 'TopK', operands: [x], attributes: { k: 3, axis: 1 }, outputs: both, opset: 7 },
];

describe('TopK imported, and written again, computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectImported(fileOf(node), feedsOf(node));
  });
  it.each(['out0', 'out1'])('where only %s is wanted', async (wanted) => {
    const node = topK(x, 2, { axis: 1 });
    const graph = graphOf(fileOf(node), { outputs: [wanted] });
    const [own, again] = await Promise.all([fileOf(node), G.encode(graph)].map((bytes) => run(bytes, feedsOf(node))));
    expect(Object.keys(again!)).toEqual([wanted]);
    expect(again![wanted]!.data).toEqual(own![wanted]!.data);
  });
  it('in float64', async () => {
    const node = topK({ ...x, dtype: 'float64' }, 3, { axis: 1 });
    await expectImported(fileOf(node), feedsOf(node), 0);
  });
  it('unsorted, in an order of its own', async () => {
    const node = topK({ shape: [40] }, 9, { sorted: 0 });
    const [own, again] = await Promise.all(
      [fileOf(node), G.encode(graphOf(fileOf(node)))].map((bytes) => run(bytes, feedsOf(node))),
    );
    const sorted = (data: ArrayLike<number>): readonly number[] => Array.from(data, Number).sort((a, b) => b - a);
    expect(sorted(again!.out0!.data)).toEqual(sorted(own!.out0!.data));
    expect(sorted(again!.out1!.data)).toEqual(sorted(own!.out1!.data));
    expect(Array.from(again!.out0!.data)).toEqual(sorted(own!.out0!.data));
  });
  it('of opset 24', () => {
    const graph = graphOf(fileOf(topK(x, 3, {}, 24)));
    expect(graph.outputs.map(({ value }) => [value.dtype, value.shape])).toEqual([
      ['float32', ['N', 4, 3]],
      ['int64', ['N', 4, 3]],
    ]);
  });
});

describe('positions of the most extreme elements', () => {
  it('number as many as a symbol says', async () => {
    const y = G.input('y', ['N', 'K', 3], 'float64');
    const z = G.input('z', ['M'], 'float64');
    const indices = G.topKIndices(y, 'M', 1, false);
    expect(indices.shape).toEqual(['N', 'M', 3]);
    const data = Array.from({ length: 24 }, (_, i) => (7 * i) % 11);
    const feeds = { y: G.tensor(data, [2, 4, 3], 'float64'), z: G.tensor([1, 2], [2], 'float64') };
    const graph = G.makeGraph([
      { name: 'indices', value: indices },
      { name: 'count', value: G.reduceSum(z) },
    ]);
    const out = await run(G.encode(graph), feeds);
    const found = G.evaluate(
      graph.outputs.map(({ value }) => value),
      asValues(feeds),
    );
    expect(out.indices!.dims).toEqual([2, 2, 3]);
    expect(Array.from(out.indices!.data, Number)).toEqual(Array.from(found[0]!.data));
  });
});

describe('derivatives of the values of TopK', () => {
  it.each([0, 1])('largest %d: difference quotients confirm them', (largest) => {
    const node = topK(x, 2, { largest, axis: 1 });
    const graph = graphOf(fileOf(node), { dtype: 'float64', outputs: ['out0'] });
    const [input] = graph.inputs;
    const y = G.mul(G.sin(graph.outputs[0]!.value), graph.outputs[0]!.value);
    const [bent] = G.substitute([y], new Map([[input!, G.add(input!, G.mul(G.sin(input!), 0.05))]]));
    expectDerivatives(bent!, graph.inputs, asValues(feedsOf(node)), 1e-7);
    expectAdjoint(bent!, graph.inputs, asValues(feedsOf(node)));
  });
  it('go to the first of equals', () => {
    const graph = graphOf(fileOf(topK(ties, 2)), { dtype: 'float64', outputs: ['out0'] });
    const [gradient] = G.grad(G.reduceSum(graph.outputs[0]!.value), graph.inputs);
    const [found] = G.evaluate([gradient!], asValues(feedsOf(topK(ties, 2))));
    expect(Array.from(found!.data)).toEqual([0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0]);
  });
});

describe('TopK is refused', () => {
  it.each([
    ['more elements than there are', topK(x, 6), /cannot pick 6 of the 5 on axis 2/],
    ['a negative number of elements', topK(x, -1), /cannot pick -1 of the 5/],
    ['an axis that x lacks', topK(x, 1, { axis: 3 }), /axis 3 is outside a tensor of rank 3/],
    [
      'two numbers as k',
      { ...topK(x, 1), operands: [x, { ...k(1), shape: [2], data: [1, 2] }] },
      /one number as its k/,
    ],
    [
      'k computed from data',
      { ...topK(x, 1), operands: [x, { ...k(1), stored: false }] },
      /needs operand 1 \("in1"\) to be known when the file is read/,
    ],
  ] as readonly (readonly [string, OneNode, RegExp])[])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});
