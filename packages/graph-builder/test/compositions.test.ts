/** What operations compute together, on graphs put together at random; derivatives by values that constructors read through. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import { expectClose } from './oneNode.js';

type Values = Record<string, G.Value>;

const filled = (shape: readonly number[], seed: number): G.Value => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(1.7 * i + seed)),
});

/** One step: of the values so far an earlier and a later one, an axis and a variant make another. Throws GraphError where they do not fit. */
type Step = (a: G.Expr, b: G.Expr, axis: number, variant: number) => G.Expr;

const functions = [
  G.tanh, G.sigmoid, G.softplus, G.sin, G.gelu, G.geluTanh, G.mish, G.softsign, G.erf, G.square, G.neg, G.asinh,
  G.selu, (x: G.Expr) => G.elu(x, 1.3), G.relu, G.abs, (x: G.Expr) => G.leakyRelu(x), G.hardSwish, (x: G.Expr) => G.swish(x),
] as const; // biome-ignore format: a list

const positive = (x: G.Expr): G.Expr => G.add(G.square(x), 0.5);

const steps: readonly Step[] = [
  (a, _b, _axis, variant) => functions[variant % functions.length]!(a),
  (a, _b, _axis, variant) => functions[variant % functions.length]!(a),
  (a, b) => G.add(a, b),
  (a, b) => G.mul(a, b),
  (a, b) => G.sub(b, a),
  (a, b) => G.matmul(a, b),
  (a, b) => G.matmul(b, a),
  (a, b) => G.div(b, positive(a)),
  (a, b) => G.pow(positive(a), b),
  (a) => G.log(positive(a)),
  (a) => G.sqrt(positive(a)),
  (a) => G.exp(G.tanh(a)),
  (a, b) => G.add(a, G.mul(b, G.sigmoid(a))),
  (a, _, axis) => G.softmax(a, axis),
  (a, _, axis) => G.logSoftmax(a, axis),
  (a, _, axis) => G.reduceSum(a, [axis]),
  (a, _, axis) => G.reduceLogSumExp(a, [axis]),
  (a, _, axis) => G.reduceMax(a, [axis]),
  (a, _, axis) => G.mean(a, [axis]),
  (a) => G.transpose(a),
  (a) => G.reshape(a, [-1]),
  (a, b, axis) => G.concat([a, b, a], axis),
  (a, _, axis, variant) => G.sliceAxis(a, axis, variant % 2, 1),
  (a, _, _axis, variant) => G.pad(a, a.shape.map(() => variant % 2), a.shape.map(() => 1)),
  (a) => G.expand(a, [2, ...a.shape]),
  (a, b) => G.where(G.greater(a, b), b, a),
  (a, b) => G.where(G.less(b, 0.1), a, G.constant(0.3, 'float64')),
  (a, b) => G.maximum(a, b),
  (a, _, axis) => G.cumSum(a, axis),
  (a, _, axis) => G.gather(a, G.constant(G.tensor([1, 0, 1], [3], 'int64')), axis),
  (a, b) => G.conv(a, b, { padsBefore: [1, 0], strides: [1, 2] }),
  (a) => G.maxPool(a, [2, 2]),
  (a) => G.averagePool(a, [2, 2]),
  (a, b) => G.einsum('ij,kj->ik', [a, b]),
]; // biome-ignore format: a list

const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  w: [3, 4],
  v: [4, 3],
  b: [4],
  s: [],
  k: [2, 2, 2, 2],
};
const INPUTS: Readonly<Record<string, readonly number[]>> = { x: [2, 3, 4], y: [1, 2, 4, 4] };

const parameters = Object.entries(PARAMETERS).map(([name, shape]) => G.input(name, shape, 'float64'));
const inputs = Object.entries(INPUTS).map(([name, shape]) => G.input(name, shape, 'float64'));
const at: Values = Object.fromEntries(
  Object.entries({ ...PARAMETERS, ...INPUTS }).map(([name, shape], i) => [name, filled(shape, i)] as const),
);

const choice = fc.tuple(...Array.from({ length: 5 }, () => fc.nat({ max: 999 })));

/** Values made one after the other, and a scalar of the last ones; steps that do not fit their operands are passed over. */
const lossOf = (choices: readonly (readonly number[])[]): G.Expr => {
  const pool: G.Expr[] = [...inputs, ...parameters];
  for (const [step, first, second, axis, variant] of choices as readonly [number, number, number, number, number][]) {
    const a = pool[pool.length - 1 - (first % Math.min(4, pool.length))]!;
    const made = E.tryCatch(
      () => steps[step % steps.length]!(a, pool[second % pool.length]!, axis % Math.max(1, a.shape.length), variant),
      (cause) => cause,
    );
    if (E.isLeft(made)) expect(made.left).toBeInstanceOf(G.GraphError);
    else if (G.elementCount(made.right.shape as readonly number[]) <= 200) pool.push(made.right);
  }
  return G.sumOf(pool.slice(-3).map((value) => G.reduceSum(G.mul(G.sin(value), G.add(G.tanh(value), 0.7)))));
};

const direction = (name: string, shape: G.Shape): G.Expr => G.input(name, shape, 'float64');

/** Each parameter a group, but the last two in one, and a second group for the first. */
const groups: G.Groups = (() => {
  const along = (p: G.Input, name: string): G.Along => ({ parameter: p, direction: direction(name, p.shape) });
  const [w, v, b, s, k] = parameters as [G.Input, G.Input, G.Input, G.Input, G.Input];
  return [[along(w, 'u0')], [along(v, 'u1')], [along(b, 'u2')], [along(s, 'u3'), along(k, 'u4')], [along(w, 'u5')]];
})();
const directions: Values = Object.fromEntries(
  groups.flat().map((own, i) => {
    const { name, shape } = own.direction.attributes as { readonly name: string; readonly shape: readonly number[] };
    return [name, filled(shape, 10 + i)];
  }),
);

const LARGEST = 1e6;

describe('operations put together at random', () => {
  it('have one summary, whichever engine computes it, at order 2 and 3', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(choice, { minLength: 3, maxLength: 14 }), (choices) => {
        const loss = lossOf(choices);
        const [stacked, generic] = (['stacked', 'generic'] as const).map((engine) => {
          const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
          return G.evaluate([gbar, Hbar!, D3!, G.summary(loss, groups, { engine, order: 2 }).Hbar!], {
            ...at,
            ...directions,
          });
        }) as [readonly G.Value[], readonly G.Value[]];
        if (generic.some(({ data }) => data.some((v) => !(Math.abs(v) < LARGEST)))) return;
        generic.forEach(({ data }, i) => {
          const scale = Math.max(1, ...data.map(Math.abs));
          expectClose(
            stacked[i]!.data.map((v) => v / scale),
            [...data.map((v) => v / scale)],
            1e-8,
          );
        });
        compared++;
      }),
      { numRuns: 120, seed: 20261129 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});

describe('derivatives by a value that constructors read through', () => {
  const w = G.input('w', [3], 'float64');
  const u = G.input('u', [3], 'float64');
  const values: Values = { w: filled([3], 1), u: filled([3], 2) };
  const spread = (x: G.Expr): G.Expr => G.expand(x, [2, 3]);
  const ofSpread = (x: G.Expr): G.Expr => G.reduceSum(G.sin(G.elu(x, 1.6)));

  it('elu of a broadcast parameter, and a function of it', () => {
    expectDerivatives(ofSpread(spread(w)), [w], { w: values.w! });
    const one = [[{ parameter: w, direction: u }]];
    const [stacked, generic] = (['stacked', 'generic'] as const).map((engine) => {
      const { gbar, Hbar, D3 } = G.summary(ofSpread(spread(w)), one, { engine });
      return G.evaluate([gbar, Hbar!, D3!], values).map(({ data }) => data[0]!);
    });
    expectClose(stacked!, generic!, 1e-12);
  });

  it('second and third derivatives by the broadcast value itself', () => {
    const x = G.input('x', [2, 3], 'float64');
    const d = G.input('d', [2, 3], 'float64');
    const direct: Values = { x: { shape: [2, 3], data: Float64Array.from([...values.w!.data, ...values.w!.data]) } };
    const fed = { ...values, ...direct, d: filled([2, 3], 3) };
    const node = spread(w);
    const pairs = [
      [G.hvp(ofSpread(node), [node], [d])[0]!, G.hvp(ofSpread(x), [x], [d])[0]!],
      ...G.jet(ofSpread(node), new Map([[node, d]]), 3).map((term, k) => [
        term,
        G.jet(ofSpread(x), new Map([[x, d]]), 3)[k]!,
      ]),
      [
        G.derivative(ofSpread(node), [[{ parameter: node, direction: d }]], [0, 0, 0]),
        G.derivative(ofSpread(x), [[{ parameter: x, direction: d }]], [0, 0, 0]),
      ],
      ...(['gbar', 'Hbar', 'D3'] as const).map((key) => [
        G.summary(ofSpread(node), [[{ parameter: node, direction: d }]])[key]!,
        G.summary(ofSpread(x), [[{ parameter: x, direction: d }]])[key]!,
      ]),
    ];
    for (const [ofNode, ofInput] of pairs) {
      const [a, b] = G.evaluate([ofNode!, ofInput!], fed);
      expect(Math.max(...b!.data.map(Math.abs))).toBeGreaterThan(1e-3);
      expectClose(a!.data, [...b!.data], 1e-12);
    }
  });
});

describe('where', () => {
  it('spreads the tangents of an operand that is smaller than the result, as its condition is', () => {
    const a = G.input('a', [3], 'float64') as G.Input;
    const b = G.input('b', [2, 3], 'float64') as G.Input;
    const values: Values = { a: filled([3], 1), b: filled([2, 3], 2) };
    for (const y of [G.where(G.greater(a, 0), a, b), G.where(G.greater(a, 0), b, a)]) {
      expectAdjoint(y, [a, b], values);
      expectOneSummary(y, [a, b], values);
    }
  });
});

describe('axes', () => {
  const x = G.input('x', [2, 3], 'float64');
  const at64 = (values: number[], shape: number[]): G.Expr => G.constant(G.tensor(values, shape, 'int64'));
  const make: Readonly<Record<string, (axis: number) => G.Expr>> = {
    sliceAxis: (axis) => G.sliceAxis(x, axis, 0, 1),
    scatterElements: (axis) => G.scatterElements(x, at64([0, 1, 0, 1, 0, 1], [2, 3]), axis, 4),
    scatterSlices: (axis) => G.scatterSlices(x, at64([0, 1], [2]), axis, 4),
  };
  it.each(Object.entries(make))('%s counts a negative one from the end and refuses one that is not there', (_, of) => {
    expect(of(-2)).toBe(of(0));
    expect(() => of(2)).toThrow(/axis 2 is outside a tensor of rank 2/);
  });

  it('scatterSlices refuses indices that are not as many as the slices', () => {
    expect(() => G.scatterSlices(x, at64([0], [1]), 0, 4)).toThrow(
      'scatterSlices: indices int64[1] must have the shape [2] that float64[2, 3] has from axis 0 on',
    );
  });
});
