import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

interface Row {
  readonly operation: string;
  readonly where: string;
  readonly first: string;
  readonly second: string;
  /** Functions of x [4] that the row speaks of, a point, and what the row says of their gradient and of its gradient's. */
  readonly cases: readonly {
    readonly f: (x: G.Expr) => G.Expr;
    readonly at: readonly number[];
    readonly gradient: readonly number[];
    readonly second?: readonly number[];
  }[];
}

const zeros = [0, 0, 0, 0];
const edges = [-1, 1, 0, 3];
const image = (x: G.Expr): G.Expr => G.reshape(x, [1, 1, 2, 2]);
const alpha = 0.7;
const gamma = 1.3;

const rows: readonly Row[] = [
  { operation: 'abs', where: '0', first: '0', second: '0', cases: [{ f: G.abs, at: zeros, gradient: zeros }] },
  { operation: 'relu', where: '0', first: '0', second: '0', cases: [{ f: G.relu, at: zeros, gradient: zeros }] },
  {
    operation: 'leakyRelu',
    where: '0',
    first: 'the slope',
    second: '0',
    cases: [{ f: (x) => G.leakyRelu(x, 0.2), at: [0, 1, -1, 0], gradient: [0.2, 1, 0.2, 0.2] }],
  },
  {
    operation: 'prelu',
    where: '0',
    first: 'the slope',
    second: '0',
    cases: [{ f: (x) => G.prelu(x, G.constant(0.3, 'float64')), at: [0, 1, -1, 0], gradient: [0.3, 1, 0.3, 0.3] }],
  },
  {
    operation: 'elu',
    where: '0',
    first: 'α',
    second: 'α',
    cases: [
      { f: (x) => G.elu(x, alpha), at: [0, 1, 2, 0], gradient: [alpha, 1, 1, alpha], second: [alpha, 0, 0, alpha] },
    ],
  },
  {
    operation: 'selu',
    where: '0',
    first: 'γα',
    second: 'γα',
    cases: [
      {
        f: (x) => G.selu(x, alpha, gamma),
        at: [0, 1, 2, 0],
        gradient: [gamma * alpha, gamma, gamma, gamma * alpha],
        second: [gamma * alpha, 0, 0, gamma * alpha],
      },
    ],
  },
  {
    operation: 'thresholdedRelu',
    where: 'α',
    first: '0',
    second: '0',
    cases: [{ f: (x) => G.thresholdedRelu(x, 1), at: [1, 2, 0, 1], gradient: [0, 1, 0, 0] }],
  },
  {
    operation: 'shrink',
    where: '−λ and λ',
    first: '0',
    second: '0',
    cases: [0, 0.5].map((bias) => ({
      f: (x: G.Expr) => G.shrink(x, 1, bias),
      at: [-1, 1, 0, 3],
      gradient: [0, 0, 0, 1],
    })),
  },
  {
    operation: 'clip',
    where: 'at either edge',
    first: '0 to x, 1 to the bound',
    second: '0',
    cases: [
      { f: (x) => G.clip(x, -1, 1), at: edges, gradient: [0, 0, 1, 0] },
      { f: (x) => G.clip(G.constant(1, 'float64'), x), at: [1, 2, 0, 1], gradient: [1, 1, 0, 1] },
    ],
  },
  {
    operation: 'hardSigmoid',
    where: 'at either edge',
    first: '0',
    second: '0',
    cases: [{ f: (x) => G.hardSigmoid(x, 0.25, 0.5), at: [-2, 2, 0, 3], gradient: [0, 0, 0.25, 0] }],
  },
  {
    operation: 'hardSwish',
    where: '−3',
    first: '0',
    second: '0',
    cases: [{ f: G.hardSwish, at: [-3, -3, -4, -3], gradient: zeros }],
  },
  {
    operation: 'hardSwish',
    where: '3',
    first: '1',
    second: '0',
    cases: [{ f: G.hardSwish, at: [3, 3, 4, 3], gradient: [1, 1, 1, 1] }],
  },
  {
    operation: 'maximum, minimum',
    where: 'equal operands',
    first: '½ to each',
    second: '0',
    cases: [G.maximum, G.minimum].flatMap((f) => [
      { f: (x: G.Expr) => f(x, 1), at: [1, 1, 1, 1], gradient: [0.5, 0.5, 0.5, 0.5] },
      { f: (x: G.Expr) => f(G.constant(1, 'float64'), x), at: [1, 1, 1, 1], gradient: [0.5, 0.5, 0.5, 0.5] },
    ]),
  },
  {
    operation: 'reduceMax, reduceMin',
    where: 'ties',
    first: 'shared evenly',
    second: '0',
    cases: [
      { f: (x) => G.reduceMax(x), at: [1, 3, 3, 3], gradient: [0, 1 / 3, 1 / 3, 1 / 3] },
      { f: (x) => G.reduceMin(x), at: [2, 2, 2, 2], gradient: [0.25, 0.25, 0.25, 0.25] },
    ],
  },
  {
    operation: 'maxPool',
    where: 'ties',
    first: '1 to the first in row-major order',
    second: '0',
    cases: [
      { f: (x) => G.maxPool(image(x), [2, 2]), at: [3, 5, 5, 5], gradient: [0, 1, 0, 0] },
      { f: (x) => G.globalMaxPool(image(x)), at: [5, 5, 5, 5], gradient: [1, 0, 0, 0] },
    ],
  },
  {
    operation: 'reduceL1',
    where: 'an element 0',
    first: '0 to it',
    second: '0',
    cases: [{ f: (x) => G.reduceL1(x), at: [0, -2, 3, 0], gradient: [0, -1, 1, 0] }],
  },
  {
    operation: 'reduceL2',
    where: 'all elements 0',
    first: '0',
    second: '0',
    cases: [{ f: (x) => G.reduceL2(x), at: zeros, gradient: zeros }],
  },
  {
    operation: 'lpPool, globalLpPool',
    where: 'all elements of a window 0',
    first: '0',
    second: '0',
    cases: [
      {
        f: (x) => G.lpPool(image(x), [1, 2], 2, { strides: [1, 2] }),
        at: [0, 0, 3, 4],
        gradient: [0, 0, 0.6, 0.8],
        second: [0, 0, 4 / 125, -3 / 125],
      },
      ...[1, 2, 3, 4].flatMap((p) => [
        { f: (x: G.Expr) => G.lpPool(image(x), [1, 2], p), at: zeros, gradient: zeros },
        { f: (x: G.Expr) => G.globalLpPool(image(x), p), at: zeros, gradient: zeros },
      ]),
    ],
  },
  {
    operation: 'lpNormalize',
    where: 'all elements 0',
    first: '0',
    second: '0',
    cases: [1, 2].map((p) => ({ f: (x: G.Expr) => G.lpNormalize(x, 0, p), at: zeros, gradient: zeros })),
  },
  {
    operation: 'sign, round, floor, ceil',
    where: 'everywhere',
    first: '0',
    second: '0',
    cases: [G.sign, G.round, G.floor, G.ceil].map((f) => ({ f, at: [0, 0.5, 1, -1.7], gradient: zeros })),
  },
  {
    operation: 'mod',
    where: 'at a jump',
    first: '1 to the dividend',
    second: '0',
    cases: [{ f: (x) => G.mod(x, 2), at: [0, 2, 4, 3], gradient: [1, 1, 1, 1] }],
  },
];

const x = G.input('x', [4], 'float64');
const evaluated = (y: G.Expr, at: readonly number[]): number[] => {
  const [value] = G.evaluate([y], { x: { shape: [4], data: Float64Array.from(at) } });
  return Array.from(value!.data, (v) => v + 0);
};

describe.each(rows)('$operation, $where', ({ cases }) => {
  it.each(cases)('first and second derivative at $at', ({ f, at, gradient, second = zeros }) => {
    const [first] = G.grad(G.reduceSum(f(x)), [x]);
    const [again] = G.grad(G.reduceSum(first!), [x]);
    evaluated(first!, at).forEach((v, i) => {
      expect(v).toBeCloseTo(gradient[i]!, 15);
    });
    evaluated(again!, at).forEach((v, i) => {
      expect(v).toBeCloseTo(second[i]!, 15);
    });
  });
  it.each(cases)('both engines of the summary agree at $at', ({ f, at }) => {
    const loss = G.reduceSum(G.square(G.add(f(x), 0.3)));
    const halves = [
      [1, 2, 0, 0],
      [0, 0, 3, 4],
    ].map((d) => [{ parameter: x, direction: G.constant(G.tensor(d, [4], 'float64')) }]);
    const [stacked, generic] = (['stacked', 'generic'] as const).map((engine) => {
      const { gbar, Hbar, D3 } = G.summary(loss, halves, { engine });
      return [gbar, Hbar!, D3!].flatMap((y) => evaluated(y, at));
    });
    stacked!.forEach((v, i) => {
      expect(v).toBeCloseTo(generic![i]!, 12);
    });
  });
});

describe('the documented table', () => {
  it('has these rows and no others', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../docs/conventions.md', import.meta.url)), 'utf8');
    const table = text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2)
      .map((line) =>
        line
          .split('|')
          .slice(1, 5)
          .map((cell) => cell.trim()),
      );
    expect(table).toEqual(rows.map(({ operation, where, first, second }) => [operation, where, first, second]));
  });
  it('three equal operands folded get ¼, ¼ and ½', () => {
    const [a, b, c] = [0, 1, 2].map((i) => G.slice(x, [i], [1])) as [G.Expr, G.Expr, G.Expr];
    const [first] = G.grad(G.reduceSum(G.maximum(G.maximum(a, b), c)), [x]);
    expect(evaluated(first!, [1, 1, 1, 0])).toEqual([0.25, 0.25, 0.5, 0]);
  });
  it('roots and logarithms are infinite at 0', () => {
    for (const f of [G.sqrt, G.log, (v: G.Expr) => G.pow(v, 0.3)]) {
      const [first] = G.grad(G.reduceSum(f(x)), [x]);
      expect(evaluated(first!, zeros)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
    }
  });
});
