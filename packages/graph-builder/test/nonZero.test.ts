/** Places that the data choose: how many there are is a symbol that the file computes. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { scatterReplace } from '../src/ops/scatter.js';
import { scatterNDInto } from '../src/ops/scatterND.js';
import { fileWith, node } from './graphs.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import { expectClose, expectImported, fileOf, type OneNode, wave } from './oneNode.js';
import { feedsFor, run } from './runtime.js';

const x = G.input('x', ['N', 3], 'float64') as G.Input;
const w = G.input('w', [3, 4], 'float64') as G.Input;
const shape = [5, 3];
const values = {
  x: { shape, data: Float64Array.from(wave(shape, 2)) },
  w: { shape: [3, 4], data: Float64Array.from(wave([3, 4], 3)) },
};
const y = G.matmul(x, w);
const mask = G.greater(y, 0.2);
const places = G.transpose(G.nonZero(mask));

/** What is done with the elements that are chosen, each a function of x and w. */
const uses: readonly (readonly [string, G.Expr])[] = [
  ['their mean', G.mean(G.square(G.gatherND(y, places)))],
  ['others put in their places', scatterReplace(y, G.square(G.gatherND(y, places)), scatterNDInto(y, places))],
  ['whole rows', G.tanh(G.gather(y, G.reshape(G.nonZero(G.greater(G.reduceSum(x, [1]), 0)), [-1]), 0))],
  ['a softmax among them', G.softmax(G.gatherND(y, places), 0)],
];

describe('of the elements that the data choose', () => {
  it.each(uses)('%s: derivatives to third order, adjoint, both engines of the summary', (_, value) => {
    const loss = G.reduceSum(G.mul(G.sin(value), value));
    expectDerivatives(loss, [x, w], values, 1e-6);
    expectAdjoint(loss, [x, w], values);
    expectOneSummary(loss, [w], values);
  });

  it.each(uses)('%s: value, gradient and summary in ONNX Runtime', async (_, value) => {
    const loss = G.reduceSum(G.mul(G.sin(value), value));
    const { gbar, Hbar, D3 } = G.summary(loss, [[{ parameter: w, direction: G.detach(w) }]]);
    const outputs = [loss, value, ...G.grad(loss, [x, w]), gbar, Hbar!, D3!];
    const graph = G.makeGraph(outputs.map((output, i) => ({ name: `out${i}`, value: output })));
    for (const [dtype, tolerance] of [
      ['float64', 1e-12],
      ['float32', 2e-5],
    ] as const) {
      const cast = G.castGraph(dtype)(graph);
      const expected = G.evaluate(
        cast.outputs.map((o) => o.value),
        values,
      );
      const results = await run(G.encode(cast), feedsFor(cast, values));
      cast.outputs.forEach(({ name }, i) => {
        expect(results[name]!.dims).toEqual(expected[i]!.shape);
        expectClose(results[name]!.data, expected[i]!.data, tolerance);
      });
    }
  });

  it('there may be none, or all', () => {
    const chosen = (bound: number): G.Value =>
      G.evaluate([G.gatherND(y, G.transpose(G.nonZero(G.greater(y, bound))))], values)[0]!;
    expect(chosen(100).shape).toEqual([0]);
    expect([...chosen(-100).data]).toEqual([...G.evaluate([y], values)[0]!.data]);
  });
});

describe('their number', () => {
  it('is one symbol, whoever asks', () => {
    expect(G.nonZero(mask)).toBe(G.nonZero(mask, 'another'));
    expect(G.nonZero(mask).shape).toEqual([2, expect.stringMatching(/^count_\d+$/)]);
  });

  it('is taken for that of all elements where memory is planned', () => {
    const some = G.makeGraph([{ name: 'out', value: G.gatherND(y, places) }]);
    const all = G.makeGraph([{ name: 'out', value: G.gatherND(y, G.transpose(G.nonZero(G.greater(y, -100)))) }]);
    expect(G.peakMemory(some)({ N: 8 })).toEqual(G.peakMemory(all)({ N: 8 }));
    expect(G.peakMemory(some)({ N: 8 }).computed).toBeGreaterThan(8 * 4 * 2 * 8);
  });

  it('has to be computed in the graph', () => {
    const [, count] = G.nonZero(mask).shape;
    const graph = G.makeGraph([{ name: 'out', value: G.expand(G.constant(1, 'float64'), [count!]) }]);
    expect(() => G.encode(graph)).toThrow(/nothing in the graph gives the dimension "count_/);
  });

  it('a scalar has none', () => {
    expect(() => G.nonZero(G.greater(G.input('s', []), 0))).toThrow(/nonZero: a scalar has no places/);
  });
});

const data = { shape: [4, 3], batch: true };

describe('files that choose by data', () => {
  it.each<OneNode>([
    { type: 'NonZero', operands: [{ shape: [2, 3], data: [0, 1, 0, 2, 0, 3], batch: true }], outputs: ['int64'] },
    { type: 'NonZero', operands: [{ shape: [4], data: [0, 1, 0, 1], dtype: 'bool' }], outputs: ['int64'] },
    {
      type: 'Compress',
      operands: [data, { shape: [4], data: [1, 0, 1, 1], dtype: 'bool', batch: true }],
      attributes: { axis: 0 },
    },
    { type: 'Compress', operands: [data, { shape: [2], data: [0, 1], dtype: 'bool' }], attributes: { axis: 1 } },
    { type: 'Compress', operands: [data, { shape: [5], data: [1, 0, 1, 0, 1], dtype: 'bool' }] },
  ])('$type', async (one) => {
    const { fed, bytes } = { bytes: fileOf(one), fed: one.operands };
    await expectImported(
      bytes,
      Object.fromEntries(
        fed.map((o, i) => [`in${i}`, G.tensor(o!.data ?? wave(o!.shape, i + 1), o!.shape, o!.dtype ?? 'float32')]),
      ),
    );
  });

  it('as PyTorch writes x[m] = −2·x[m]: the number of places is a sum over the mask', async () => {
    const ints = (...entries: number[]): G.Tensor => G.tensor(entries, [entries.length], 'int64');
    const bytes = fileWith({
      inputs: { x: ['float32', ['N', 3]] },
      stored: { zero: G.tensor([0], [], 'float32'), two: G.tensor([-2], [], 'float32'), flat: ints(-1) },
      nodes: [
        node('Less', ['x', 'zero'], 'mask'),
        node('NonZero', ['mask'], 'found'),
        node('Transpose', ['found'], 'places'),
        node('GatherND', ['x', 'places'], 'taken'),
        node('Mul', ['taken', 'two'], 'changed'),
        node('Reshape', ['mask', 'flat'], 'line'),
        node('Cast', ['line'], 'numbers', { to: 7 }),
        node('ReduceSum', ['numbers'], 'count', { keepdims: 1 }),
        node('Expand', ['changed', 'count'], 'spread'),
        node('NonZero', ['mask'], 'found2'),
        node('Transpose', ['found2'], 'places2'),
        node('ScatterND', ['x', 'places2', 'spread'], 'y'),
      ],
      outputs: { y: 'float32' },
    });
    const graph = await expectImported(bytes, { x: G.tensor(wave([4, 3], 1), [4, 3], 'float32') });
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 3]);
    const [slope] = G.grad(G.reduceSum(graph.outputs[0]!.value), [graph.inputs[0]!]);
    const at = Float64Array.from(wave([4, 3], 1));
    expect([...G.evaluate([slope!], { x: { shape: [4, 3], data: at } })[0]!.data]).toEqual(
      Array.from(at, (v) => (v < 0 ? -2 : 1)),
    );
  });
});
