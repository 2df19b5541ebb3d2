import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import { expectNodeLaws } from './nodeLaws.js';
import {
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  float,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  wave,
} from './oneNode.js';

const x: Operand = { shape: [2, 5, 3, 2], batch: true };
/** No element near 0, where an absolute value has its kink, nor near ±λ of the nodes below. */
const away: Operand = { shape: [2, 3, 4], data: wave([2, 3, 4], 1).map((v) => v + 0.2 * Math.sign(v)), batch: true };

const smooth: readonly OneNode[] = [
  { type: 'LRN', operands: [x], attributes: { size: 3, alpha: float(0.8), beta: float(0.6), bias: float(1.5) } },
  { type: 'LRN', operands: [x], attributes: { size: 5 }, opset: 9 },
  { type: 'LRN', operands: [x], attributes: { size: 9, alpha: float(2) } },
  { type: 'LRN', operands: [x], attributes: { size: 1, alpha: float(2) } },
  { type: 'LRN', operands: [x], attributes: { size: 13, alpha: float(20) } },
  { type: 'MeanVarianceNormalization', operands: [x] },
  { type: 'MeanVarianceNormalization', operands: [x], opset: 9 },
  { type: 'MeanVarianceNormalization', operands: [x], attributes: { axes: [0, 2, 3] } },
  ...[1, 2].flatMap((p) =>
    [0, 1, -1].map((axis) => ({ type: 'LpNormalization', operands: [away], attributes: { p, axis } })),
  ),
  { type: 'LpNormalization', operands: [away], opset: 9 },
  { type: 'Swish', operands: [x], opset: 24 },
  { type: 'Swish', operands: [x], attributes: { alpha: float(1.7) }, opset: 24 },
  { type: 'Shrink', operands: [away], attributes: { lambd: float(0.16) }, opset: 9 },
  { type: 'Shrink', operands: [away], attributes: { lambd: float(0.16), bias: float(0.1) } },
];

const steps: readonly OneNode[] = [
  ...[7, 11, 12, 13].flatMap((opset): OneNode[] => [
    { type: 'Hardmax', operands: [away], opset },
    ...[0, 1, 2].map((axis) => ({ type: 'Hardmax', operands: [away], attributes: { axis }, opset })),
  ]),
  { type: 'Hardmax', operands: [away], attributes: { axis: -2 } },
  { type: 'Hardmax', operands: [{ shape: [2, 4], data: [1, 3, 3, 2, 0, 0, 0, 0] }] },
  {
    type: 'Shrink',
    operands: [{ shape: [7], data: [-9, -2, -1, 0, 1, 2, 9], dtype: 'int32' }],
    attributes: { lambd: float(1.5), bias: float(1.5) },
    outputs: ['int32'],
  },
  { type: 'LpNormalization', operands: [{ shape: [2, 3], data: [0, 0, 0, 3, 0, 4] }] },
];

describe('imported, and written again, it computes what its file does', () => {
  it.each([...smooth, ...steps].map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    expect(graph.outputs[0]!.value.shape[0]).toBe(node.operands[0]!.batch ? 'N' : node.operands[0]!.shape[0]);
  });
});

describe('its derivatives obey the laws', () => {
  it.each(smooth.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

describe('localResponseNorm', () => {
  // ONNX Runtime takes odd sizes only.
  it.each([2, 4, 6])('of %s channels takes one more after its own than before it', (size) => {
    const [alpha, beta, bias] = [0.7, 0.5, 1.1];
    const shape = [2, 5, 3];
    const data = Float64Array.from(wave(shape, 2));
    const input = G.input('x', ['N', 5, 3], 'float64') as G.Input;
    const y = G.localResponseNorm(input, size, { alpha, beta, bias });
    const at = (n: number, c: number, i: number): number => data[(n * 5 + c) * 3 + i]!;
    const wanted = data.map((v, k) => {
      const [n, c, i] = [Math.floor(k / 15), Math.floor(k / 3) % 5, k % 3];
      let sum = 0;
      for (let j = Math.max(0, c - Math.floor((size - 1) / 2)); j <= Math.min(4, c + Math.ceil((size - 1) / 2)); j++)
        sum += at(n, j, i) ** 2;
      return v / (bias + (alpha / size) * sum) ** beta;
    });
    const values = { x: { shape, data } };
    expectClose(G.evaluate([y], values)[0]!.data, wanted, 1e-14);
    expectDerivatives(y, [input], values, 1e-7);
    expectAdjoint(y, [input], values);
  });
});

describe('where nothing varies, derivatives stay finite', () => {
  const input = G.input('x', [2, 3], 'float64') as G.Input;
  const at = (y: G.Expr, data: readonly number[]) => {
    const [dx] = G.grad(G.reduceSum(G.mul(y, G.constant(G.tensor([1, 2, 4, 1, 2, 4], [2, 3], 'float64')))), [input]);
    const [dd] = G.grad(G.reduceSum(dx!), [input]);
    return G.evaluate([y, dx!, dd!], { x: { shape: [2, 3], data: Float64Array.from(data) } }).map((v) => [...v.data]);
  };
  it('meanVarianceNorm of equal elements moves with its element', () => {
    const [value, first, second] = at(G.meanVarianceNorm(input, [1]), [3, 3, 3, 1, 2, 3]);
    expect(value!.slice(0, 3)).toEqual([0, 0, 0]);
    // (1, 2, 4) less its mean, by 10⁻⁹.
    expectClose(
      first!.slice(0, 3).map((v) => v * 1e-9),
      [1 - 7 / 3, 2 - 7 / 3, 4 - 7 / 3],
      1e-12,
    );
    expect(second!.every(Number.isFinite)).toBe(true);
  });
  it('lpNormalize of zeros gives zeros, beside a vector that has a direction', () => {
    for (const p of [1, 2]) {
      const [value, first] = at(G.lpNormalize(input, 1, p), [0, 0, 0, 3, 0, 4]);
      expect(value!.slice(0, 3)).toEqual([0, 0, 0]);
      expect(first!.slice(0, 3)).toEqual([0, 0, 0]);
      expect(first!.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('refusals', () => {
  it.each<[string, OneNode, RegExp]>([
    [
      'the 3-norm',
      { type: 'LpNormalization', operands: [x], attributes: { p: 3 } },
      /by the 3-norm; .* p = 1 and p = 2/,
    ],
    ['no size', { type: 'LRN', operands: [x] }, /needs its size/],
    ['size 0', { type: 'LRN', operands: [x], attributes: { size: 0 } }, /size 0 be a whole number of at least 1/],
    [
      'an axis that is not there',
      { type: 'LpNormalization', operands: [x], attributes: { axis: 4 } },
      /axis 4 is outside/,
    ],
  ])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});

it('hardmax passes no derivative', () => {
  const input = G.input('x', [2, 3], 'float64') as G.Input;
  const [dx] = G.grad(G.reduceSum(G.mul(input, G.hardmax(input, 1))), [input]);
  const [value] = G.evaluate([dx!], { x: { shape: [2, 3], data: Float64Array.of(1, 3, 2, 5, 0, 5) } });
  expect([...value!.data]).toEqual([0, 1, 0, 1, 0, 0]);
});

it('a Shrink at either edge is 0', () => {
  const graph = graphOf(fileOf({ type: 'Shrink', operands: [{ shape: [4] }], attributes: { bias: float(0.25) } }));
  const [value] = G.evaluate([graph.outputs[0]!.value], {
    in0: { shape: [4], data: Float64Array.of(-0.5, 0.5, -0.75, 1) },
  });
  expect([...value!.data]).toEqual([0, 0, -0.5, 0.75]);
});
