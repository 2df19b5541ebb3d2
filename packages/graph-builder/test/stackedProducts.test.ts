import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { relativeError } from './golden.js';
import { run } from './runtime.js';

const filled = (shape: readonly number[], seed: number): G.Tensor =>
  G.tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i + seed)),
    shape,
    'float64',
  );

const values = (tensors: Readonly<Record<string, G.Tensor>>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as ArrayLike<number>) },
    ]),
  );

const nodeTypes = (bytes: Uint8Array): string[] =>
  onnxProto.onnx.ModelProto.decode(bytes).graph!.node!.map((node) => node.opType!);

describe('a transposed matrix times a stack of matrices', () => {
  it('runs in ONNX Runtime, whose Gemm takes matrices alone', async () => {
    const feeds = { a: filled([5, 4], 1), b: filled([3, 5, 2], 2) };
    const [a, b] = [G.input('a', [5, 4], 'float64'), G.input('b', [3, 5, 2], 'float64')];
    const products = {
      left: G.matmul(G.transpose(a), b),
      right: G.matmul(G.transpose(b, [0, 2, 1]), a),
    };
    const outputs = Object.entries(products).map(([name, value]) => ({ name, value }));
    const actual = await run(G.encode(G.makeGraph(outputs)), feeds);
    const expected = G.evaluate(Object.values(products), values(feeds));
    Object.keys(products).forEach((name, i) => {
      expect(actual[name]!.dims).toEqual(expected[i]!.shape);
      expect(relativeError(expected[i]!.data, Array.from(actual[name]!.data))).toBeLessThan(1e-14);
    });
  });
});

describe('products with the transposes of a stack of matrices that is itself a transposition', () => {
  // As queries and keys: [N, T, H, D] with the heads put first, and the keys' rows made columns.
  const shape = ['N', 3, 2, 4] as const;
  const [q, k] = [G.input('q', shape, 'float64'), G.input('k', shape, 'float64')];
  const scores = G.matmul(G.transpose(q, [0, 2, 1, 3]), G.transpose(k, [0, 2, 3, 1]));
  const loss = G.reduceSum(G.tanh(scores));
  const feeds = { q: filled([5, 3, 2, 4], 1), k: filled([5, 3, 2, 4], 2) };

  it('run in ONNX Runtime, with their derivatives and stacks of them', async () => {
    const direction = (parameter: G.Input) => [{ parameter, direction: G.cos(parameter) }];
    const all = { scores, ...G.summary(loss, [direction(q), direction(k)]), gradient: G.grad(loss, [k])[0]! };
    const outputs = Object.entries(all).map(([name, value]) => ({ name, value: value as G.Expr }));
    const actual = await run(G.encode(G.makeGraph(outputs)), feeds);
    const expected = G.evaluate(
      outputs.map(({ value }) => value),
      values(feeds),
    );
    outputs.forEach(({ name }, i) => {
      expect(actual[name]!.dims).toEqual(expected[i]!.shape);
      expect(relativeError(expected[i]!.data, Array.from(actual[name]!.data))).toBeLessThan(1e-14);
    });
  });

  it('keep the two transpositions apart, for the runtime to fuse the second one', () => {
    const nodes = nodeTypes(G.encode(G.makeGraph([{ name: 'scores', value: scores }])));
    expect(nodes.filter((type) => type === 'Transpose')).toHaveLength(3);
  });
});

describe('most of a stack', () => {
  const x = G.input('x', [8, 'N', 2], 'float64');
  const boxes = { end: G.sliceAxis(x, 0, 1, 7), middle: G.sliceAxis(x, 0, 1, 6), half: G.sliceAxis(x, 0, 0, 4) };
  const outputs = Object.entries(boxes).map(([name, value]) => ({ name, value }));

  it('is cut off by Split, less of it by Slice, to the same values', async () => {
    const graph = G.makeGraph(outputs);
    expect(nodeTypes(G.encode(graph)).sort()).toEqual(['Slice', 'Split', 'Split']);
    const feeds = { x: filled([8, 3, 2], 4) };
    const actual = await run(G.encode(graph), feeds);
    const expected = G.evaluate(Object.values(boxes), values(feeds));
    outputs.forEach(({ name }, i) => {
      expect(actual[name]!.dims).toEqual(expected[i]!.shape);
      expect(Array.from(actual[name]!.data)).toEqual([...expected[i]!.data]);
    });
  });
});

describe('the summary of parameters that are curved before anything reads them', () => {
  it('is the generic engine’s, in ONNX Runtime too', async () => {
    const shapes = { w: [4, 5], v: [5, 3], g: [5] };
    const [w, v, g] = Object.entries(shapes).map(([name, shape]) => G.input(name, shape, 'float64')) as G.Input[];
    const x = G.input('x', [6, 4], 'float64');
    // Weight normalisation: g·w/‖w‖, and a weight read through a scale and an offset.
    const norm = G.sqrt(G.reduceSum(G.square(w!), [0]));
    const h = G.tanh(G.matmul(x, G.mul(w!, G.div(g!, norm))));
    const loss = G.mean(G.square(G.matmul(h, G.add(G.mul(v!, 3), 0.5))));
    const groups = [w!, v!, g!].map((parameter) => [
      { parameter, direction: G.input(`u.${parameter.attributes.name}`, parameter.shape, 'float64') },
    ]);
    const feeds: Record<string, G.Tensor> = { x: filled([6, 4], 9) };
    Object.entries(shapes).forEach(([name, shape], i) => {
      feeds[name] = filled(shape, i + 0.3);
      feeds[`u.${name}`] = filled(shape, i + 5);
    });
    const of = (engine: 'stacked' | 'generic') => Object.entries(G.summary(loss, groups, { engine }));
    const stacked = of('stacked').map(([name, value]) => ({ name, value: value as G.Expr }));
    const actual = await run(G.encode(G.makeGraph(stacked)), feeds);
    const expected = of('generic');
    const numbers = G.evaluate(
      expected.map(([, value]) => value as G.Expr),
      values(feeds),
    );
    const interpreted = G.evaluate(
      stacked.map(({ value }) => value),
      values(feeds),
    );
    expected.forEach(([name], i) => {
      expect(relativeError(numbers[i]!.data, [...interpreted[i]!.data])).toBeLessThan(1e-12);
      // ONNX Runtime's optimizer folds a constant scale into a product as a float32 attribute; without it this is 6e-16.
      expect(relativeError(numbers[i]!.data, Array.from(actual[name]!.data))).toBeLessThan(1e-7);
    });
  });
});
