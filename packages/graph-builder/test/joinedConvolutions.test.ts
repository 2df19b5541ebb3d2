import * as fc from 'fast-check';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { relativeError } from './golden.js';
import { wave } from './oneNode.js';
import { feedsFor, run } from './runtime.js';

const float32 = (name: string, shape: readonly G.Dim[]): G.Expr => G.input(name, shape, 'float32');

/** One layer after another, each with its tangents along directions of its kernel, and the gradient in the first layer's. */
const network = (channels: number, maps: readonly number[], stride = 1) => {
  const x = float32('x', ['N', channels, 9, 9]);
  const kernels = maps.map((count, i) => float32(`w${i}`, [count, maps[i - 1] ?? channels, 5, 5]));
  const window = { padsBefore: [2, 2], padsAfter: [2, 2], strides: [stride, stride] };
  const y = kernels.reduce((value, w) => G.conv(G.tanh(value), w, window), x);
  const directions = maps.map((count, i) => float32(`u${i}`, [count, maps[i - 1] ?? channels, 5, 5]));
  const tangents = kernels.map((w, i) => G.jvp([y], new Map([[w, directions[i]!]]))[0]!);
  const gradient = G.grad(G.reduceSum(G.square(y)), [kernels[0]!])[0]!;
  const values = [y, ...tangents, gradient];
  return G.makeGraph(values.map((value, i) => ({ name: `out${i}`, value })));
};

const nodesOf = (graph: G.Graph): readonly Onnx.INodeProto[] =>
  onnxProto.onnx.ModelProto.decode(G.encode(graph)).graph!.node!;

const convolutions = (graph: G.Graph): number => nodesOf(graph).filter(({ opType }) => opType === 'Conv').length;

const valuesFor = (graph: G.Graph, batch: number) =>
  Object.fromEntries(
    graph.inputs.map(({ attributes: { name, shape } }, i) => {
      const known = shape.map((d) => (typeof d === 'number' ? d : batch));
      return [name, { shape: known, data: Float64Array.from(wave(known, i + 1), (v) => 0.3 * Math.fround(v)) }];
    }),
  );

describe('convolutions of one operand', () => {
  it('compute joined what the interpreter computes one by one', async () => {
    const drawn = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: fc.integer({ min: 1, max: 4 }),
      maps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
      stride: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ batch, channels, maps, stride }) => {
        const graph = network(channels, maps, stride);
        const values = valuesFor(graph, batch);
        const expected = G.evaluate(
          graph.outputs.map((o) => o.value),
          values,
        );
        const results = await run(G.encode(graph), feedsFor(graph, values));
        graph.outputs.forEach(({ name }, i) => {
          expect(relativeError(results[name]!.data, [...expected[i]!.data])).toBeLessThan(1e-5);
        });
      }),
      { numRuns: 12 },
    );
  });

  it('a layer and its tangent along its own kernel are one Conv, in float32', () => {
    const graph = network(3, [4]);
    expect(convolutions(graph)).toBe(1);
    expect(convolutions(G.castGraph('float64')(graph))).toBe(0);
  });

  it('not where a kernel has so many maps that copying them apart costs more', () => {
    // 3 · 5² numbers are read for each position, and 2 · 9 maps are more than a quarter of that; 2 · 10 are not.
    expect(convolutions(network(3, [9]))).toBe(1);
    expect(convolutions(network(3, [10]))).toBe(2);
  });

  it('not where a kernel comes of a convolution: it may need the result that it would be joined with', async () => {
    const x = float32('x', ['N', 3, 5, 5]);
    const w = float32('w', [2, 3, 5, 5]);
    const y = G.conv(x, w);
    const [again] = G.grad(G.reduceSum(G.square(y)), [w]);
    const graph = G.makeGraph([
      { name: 'y', value: y },
      { name: 'z', value: G.conv(x, again!) },
    ]);
    expect(convolutions(graph)).toBe(2);
    const values = valuesFor(graph, 2);
    const [, z] = G.evaluate(
      graph.outputs.map((o) => o.value),
      values,
    );
    expect(relativeError((await run(G.encode(graph), feedsFor(graph, values))).z!.data, [...z!.data])).toBeLessThan(
      1e-5,
    );
  });

  it('a network without derivatives keeps its nodes, and so do windows that differ', () => {
    const x = float32('x', ['N', 3, 9, 9]);
    const [w, v] = [float32('w', [2, 3, 5, 5]), float32('v', [2, 3, 5, 5])];
    const graphOf = (...values: readonly G.Expr[]): G.Graph =>
      G.makeGraph(values.map((value, i) => ({ name: `out${i}`, value })));
    const branches = [G.conv(x, w), G.conv(x, v)];
    const [slope] = G.grad(G.reduceSum(G.mul(branches[0]!, branches[1]!)), [x]);
    expect(convolutions(graphOf(...branches))).toBe(2);
    expect(convolutions(graphOf(...branches, slope!))).toBe(1);
    const strided = G.conv(x, v, { strides: [2, 2] });
    expect(convolutions(graphOf(...branches, strided, slope!))).toBe(2);
  });
});
