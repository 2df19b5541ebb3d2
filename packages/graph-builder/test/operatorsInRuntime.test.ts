import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { run } from './runtime.js';

const POINTS = [-0.8, -0.31, 0.05, 0.42, 0.77, 0.9];
/** Each operation on the six points of [2, 3], all inside every domain after the shift given. */
const operations: readonly (readonly [string, (x: G.Expr) => G.Expr])[] = [
  ['abs', G.abs],
  ['acos', G.acos],
  ['acosh', (x) => G.acosh(G.add(x, 2))],
  ['asin', G.asin],
  ['asinh', G.asinh],
  ['atan', G.atan],
  ['atanh', G.atanh],
  ['ceil', G.ceil],
  ['celu', (x) => G.celu(x, 2)],
  ['clip', (x) => G.clip(x, -0.5, 0.5)],
  ['cos', G.cos],
  ['cosh', G.cosh],
  ['cumSum', (x) => G.cumSum(x, 1, { exclusive: true })],
  ['elu', (x) => G.elu(x)],
  ['elu with another α', (x) => G.elu(x, 1.5)],
  ['erf', G.erf],
  ['floor', G.floor],
  ['gelu', G.gelu],
  ['geluTanh', G.geluTanh],
  ['hardSigmoid', (x) => G.hardSigmoid(x, 0.9)],
  ['hardSwish', G.hardSwish],
  ['leakyRelu', (x) => G.leakyRelu(x)],
  ['mish', G.mish],
  ['pow', (x) => G.pow(G.abs(x), 2.5)],
  ['pow of tensors', (x) => G.pow(G.abs(x), x)],
  ['prelu', (x) => G.prelu(x, G.square(x))],
  ['reduceL1', (x) => G.reduceL1(x, [1])],
  ['reduceL2', (x) => G.reduceL2(x, [0])],
  ['reduceLogSum', (x) => G.reduceLogSum(G.exp(x))],
  ['reduceLogSumExp', (x) => G.reduceLogSumExp(x, [1])],
  ['reduceMax', (x) => G.reduceMax(x, [0])],
  ['reduceMin', (x) => G.reduceMin(x, [0, 1])],
  ['reduceProd', (x) => G.reduceProd(x, [1])],
  ['reduceSumSquare', (x) => G.reduceSumSquare(x)],
  ['round', (x) => G.round(G.mul(x, 3))],
  ['selu', (x) => G.selu(x)],
  ['sign', G.sign],
  ['sin', G.sin],
  ['sinh', G.sinh],
  ['softplus', G.softplus],
  ['softsign', G.softsign],
  ['sqrt', (x) => G.sqrt(G.add(x, 1))],
  ['tan', G.tan],
  ['thresholdedRelu', (x) => G.thresholdedRelu(x, 0.1)],
];

describe.each(['float64', 'float32'] as const)('in ONNX Runtime, %s', (dtype) => {
  const x = G.input('x', [2, 3], dtype);
  const data = Float64Array.from(POINTS, dtype === 'float32' ? Math.fround : Number);
  const tolerance = dtype === 'float64' ? 1e-12 : 1e-4;

  it.each(operations)('%s and its first two derivatives have the interpreter’s values', async (_, f) => {
    const direction = G.expand(G.constant(1, dtype), x.shape);
    const terms = G.jet(f(x), new Map([[x, direction]]), 2);
    const expected = G.evaluate(terms, { x: { shape: [2, 3], data } });
    const graph = G.makeGraph(
      terms.map((value, k) => ({ name: `term${k}`, value })),
      [x as G.Input],
    );
    const outputs = await run(G.encode(graph), { x: G.tensor(data, [2, 3], dtype) });
    expected.forEach((value, k) => {
      const scale = Math.max(1, ...value.data.map(Math.abs));
      value.data.forEach((entry, i) => {
        expect(Math.abs(outputs[`term${k}`]!.data[i]! - entry) / scale).toBeLessThan(tolerance);
      });
    });
  });

  it('logic and positions of extremes', async () => {
    const [a, b] = [G.greater(x, 0), G.less(x, 0.5)];
    const values = [G.and(a, b), G.or(a, b), G.xor(a, b), G.not(a), G.argMax(x, 1), G.argMin(x, 0, true)];
    const expected = G.evaluate(values, { x: { shape: [2, 3], data } });
    const graph = G.makeGraph(values.map((value, k) => ({ name: `y${k}`, value })));
    const outputs = await run(G.encode(graph), { x: G.tensor(data, [2, 3], dtype) });
    expected.forEach((value, k) => {
      expect(Array.from(outputs[`y${k}`]!.data, Number)).toEqual([...value.data]);
    });
  });
});

describe('elu beside its derivative', () => {
  it('is read off the same exponential, infinities and the kink included', async () => {
    const x = G.input('x', [5]);
    const outputs = [
      { name: 'y', value: G.elu(x) },
      { name: 'slope', value: G.grad(G.reduceSum(G.elu(x)), [x])[0]! },
    ];
    const bytes = G.encode(G.makeGraph(outputs));
    expect(Buffer.from(bytes).includes('Elu')).toBe(false);
    const actual = await run(bytes, { x: G.tensor([-Infinity, -1, 0, 2, Infinity], [5], 'float32') });
    expect(Array.from(actual.y!.data)).toEqual([-1, Math.fround(Math.fround(Math.exp(-1)) - 1), 0, 2, Infinity]);
    expect(Array.from(actual.slope!.data)).toEqual([0, Math.fround(Math.exp(-1)), 1, 1, 1]);
  });
});

describe('where, of every element type', () => {
  const types: readonly G.DType[] = [
    ...(['float32', 'float64', 'bool'] as const),
    ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const),
  ];
  it.each(types)('%s runs in ONNX Runtime', async (dtype) => {
    const condition = G.input('condition', ['N'], 'bool');
    const [a, b] = [G.input('a', ['N'], dtype), G.input('b', [1], dtype)];
    const graph = G.makeGraph([{ name: 'out', value: G.where(condition, a, b) }]);
    const data = [1, 0, 1, 0];
    const feeds = {
      condition: G.tensor([1, 1, 0, 0], [4], 'bool'),
      a: G.tensor(data, [4], dtype),
      b: G.tensor([1], [1], dtype),
    };
    const { out } = await run(G.encode(graph), feeds);
    expect(Array.from(out!.data, Number)).toEqual([1, 0, 1, 1]);
  });
});
