import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { lowerFloat64 } from '../src/transforms/rewrite.js';

interface Row {
  readonly name: string;
  readonly f: (x: G.Expr) => G.Expr;
  /** The same function in plain numbers, independent of the library. */
  readonly reference: (x: number) => number;
  /** Where it is smooth, a step away from kinks and poles. */
  readonly domains: readonly (readonly [number, number])[];
}

const everywhere = [[-3, 3]] as const;
const offZero = [
  [-3, -0.1],
  [0.1, 3],
] as const;

const softplus = (v: number): number => Math.log1p(Math.exp(v));

/** (2/√π) ∫₀ˣ e^(−t²) dt by the trapezoidal rule on the double-exponential substitution, which converges to rounding. */
const erf = (v: number): number => {
  let sum = 0;
  const h = 1 / 32;
  for (let k = -140; k <= 140; k++) {
    const s = (Math.PI / 2) * Math.sinh(k * h);
    const t = (v / 2) * (1 + Math.tanh(s));
    sum += (Math.exp(-t * t) * (v / 2) * ((Math.PI / 2) * Math.cosh(k * h))) / Math.cosh(s) ** 2;
  }
  return (2 / Math.sqrt(Math.PI)) * sum * h;
};

const rows: readonly Row[] = [
  { name: 'abs', f: G.abs, reference: Math.abs, domains: offZero },
  { name: 'sqrt', f: G.sqrt, reference: Math.sqrt, domains: [[0.3, 5]] },
  { name: 'pow 2.5', f: (x) => G.pow(x, 2.5), reference: (x) => x ** 2.5, domains: [[0.3, 4]] },
  { name: 'pow 3', f: (x) => G.pow(x, 3), reference: (x) => x ** 3, domains: everywhere },
  { name: 'pow 4', f: (x) => G.pow(x, 4), reference: (x) => x ** 4, domains: everywhere },
  { name: 'pow -2', f: (x) => G.pow(x, -2), reference: (x) => x ** -2, domains: [[0.5, 3]] },
  { name: 'pow x', f: (x) => G.pow(x, x), reference: (x) => x ** x, domains: [[0.3, 2]] },
  { name: 'sin', f: G.sin, reference: Math.sin, domains: everywhere },
  { name: 'cos', f: G.cos, reference: Math.cos, domains: everywhere },
  { name: 'tan', f: G.tan, reference: Math.tan, domains: [[-1, 1]] },
  { name: 'asin', f: G.asin, reference: Math.asin, domains: [[-0.8, 0.8]] },
  { name: 'acos', f: G.acos, reference: Math.acos, domains: [[-0.8, 0.8]] },
  { name: 'atan', f: G.atan, reference: Math.atan, domains: everywhere },
  { name: 'sinh', f: G.sinh, reference: Math.sinh, domains: everywhere },
  { name: 'cosh', f: G.cosh, reference: Math.cosh, domains: everywhere },
  { name: 'asinh', f: G.asinh, reference: Math.asinh, domains: everywhere },
  { name: 'acosh', f: G.acosh, reference: Math.acosh, domains: [[1.3, 5]] },
  { name: 'atanh', f: G.atanh, reference: Math.atanh, domains: [[-0.7, 0.7]] },
  { name: 'softplus', f: G.softplus, reference: softplus, domains: everywhere },
  { name: 'erf', f: G.erf, reference: erf, domains: everywhere },
  { name: 'leakyRelu', f: (v) => G.leakyRelu(v, 0.2), reference: (v) => (v > 0 ? v : 0.2 * v), domains: offZero },
  { name: 'prelu', f: (v) => G.prelu(v, G.square(v)), reference: (v) => (v > 0 ? v : v ** 3), domains: offZero },
  { name: 'elu', f: (v) => G.elu(v, 0.7), reference: (v) => (v > 0 ? v : 0.7 * Math.expm1(v)), domains: offZero },
  {
    name: 'selu',
    f: (v) => G.selu(v),
    reference: (v) => 1.0507010221481323 * (v > 0 ? v : 1.6732631921768188 * Math.expm1(v)),
    domains: offZero,
  },
  { name: 'celu', f: (v) => G.celu(v, 2), reference: (v) => (v > 0 ? v : 2 * Math.expm1(v / 2)), domains: offZero },
  { name: 'gelu', f: G.gelu, reference: (v) => (v / 2) * (1 + erf(v / Math.SQRT2)), domains: everywhere },
  {
    name: 'geluTanh',
    f: G.geluTanh,
    reference: (v) => (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
    domains: everywhere,
  },
  {
    name: 'hardSigmoid',
    f: (v) => G.hardSigmoid(v),
    reference: (v) => Math.min(Math.max(0.2 * v + 0.5, 0), 1),
    domains: [
      [-5, -2.6],
      [-2.4, 2.4],
      [2.6, 5],
    ],
  },
  {
    name: 'hardSwish',
    f: G.hardSwish,
    reference: (v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6,
    domains: [
      [-5, -3.1],
      [-2.9, 2.9],
      [3.1, 5],
    ],
  },
  { name: 'mish', f: G.mish, reference: (v) => v * Math.tanh(softplus(v)), domains: everywhere },
  { name: 'softsign', f: G.softsign, reference: (v) => v / (1 + Math.abs(v)), domains: offZero },
  {
    name: 'thresholdedRelu',
    f: (v) => G.thresholdedRelu(v, 0.5),
    reference: (v) => (v > 0.5 ? v : 0),
    domains: [
      [-2, 0.4],
      [0.6, 3],
    ],
  },
  {
    name: 'clip',
    f: (v) => G.clip(v, -1, 1),
    reference: (v) => Math.min(Math.max(v, -1), 1),
    domains: [
      [-3, -1.1],
      [-0.9, 0.9],
      [1.1, 3],
    ],
  },
  {
    name: 'clip between functions',
    f: (v) => G.clip(v, G.sin(v), G.square(v)),
    reference: (v) => Math.min(Math.max(v, Math.sin(v)), v * v),
    domains: [
      [-3, -0.1],
      [0.1, 0.9],
      [1.1, 3],
    ],
  },
];

const x = G.input('x', ['N'], 'float64');
const ones = G.expand(G.constant(1, 'float64'), ['N']);
const vector = (data: readonly number[]): G.Value => ({ shape: [data.length], data: Float64Array.from(data) });

/** Points at which the Richardson scheme samples around each x: ±h, ±h/2, ±h/4. */
const H = 0.01;
const offsets = [H, -H, H / 2, -H / 2, H / 4, -H / 4];

/** Twice Richardson-extrapolated central difference, of error O(h⁶), from samples at the offsets. */
const richardson = (samples: readonly number[]): number => {
  const [d1, d2, d4] = [0, 2, 4].map((i) => (samples[i]! - samples[i + 1]!) / (2 * offsets[i]!)) as [
    number,
    number,
    number,
  ];
  const [e1, e2] = [(4 * d2 - d1) / 3, (4 * d4 - d2) / 3];
  return (16 * e2 - e1) / 15;
};

const points = (domains: Row['domains']): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(...domains.map(([min, max]) => fc.double({ min, max, noNaN: true }))), {
    minLength: 1,
    maxLength: 6,
  });

const close = (actual: number, wanted: number, tolerance: number): void => {
  expect(Math.abs(actual - wanted) / Math.max(1, Math.abs(wanted))).toBeLessThan(tolerance);
};

const terms3 = (y: G.Expr): readonly G.Expr[] => G.jet(y, new Map([[x, ones]]), 3);

describe.each(rows)('$name', ({ f, reference, domains }) => {
  const terms = terms3(f(x));

  it('has the value of its plain definition', () => {
    fc.assert(
      fc.property(points(domains), (at) => {
        const [y] = G.evaluate([terms[0]!], { x: vector(at) });
        at.forEach((v, i) => {
          close(y!.data[i]!, reference(v), 1e-13);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('has first, second and third derivatives that difference quotients confirm', () => {
    fc.assert(
      fc.property(points(domains), (at) => {
        const around = at.flatMap((v) => [v, ...offsets.map((o) => v + o)]);
        const values = G.evaluate(terms, { x: vector(around) }).map((v) => v.data);
        for (let order = 1; order <= 3; order++) {
          at.forEach((v, i) => {
            const base = i * (offsets.length + 1);
            // The first against the plain definition, each later one against the exact derivative below it.
            const samples = offsets.map((o, k) => (order === 1 ? reference(v + o) : values[order - 1]![base + 1 + k]!));
            close(values[order]![base]!, richardson(samples), 1e-8);
          });
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('lowerings for runtimes without a float64 kernel', () => {
  const everySize = [
    -1e3, -30, -7, -2.6, -1.1, -0.9, -0.3, -1e-3, -1e-9, 0, 1e-12, 1e-4, 0.2, 0.7, 1, 1.3, 2.4, 5, 20, 400,
  ];
  const unit = [-1, -0.999999, -0.7, -0.1, -1e-8, 0, 1e-10, 1e-3, 0.3, 0.9, 0.9999999, 1];
  it.each([
    { name: 'tan', f: G.tan, reference: Math.tan, at: [-1.5, -0.3, 1e-9, 0.2, 1.2] },
    { name: 'asin', f: G.asin, reference: Math.asin, at: unit },
    { name: 'acos', f: G.acos, reference: Math.acos, at: unit },
    { name: 'atan', f: G.atan, reference: Math.atan, at: [...everySize, 1e200] },
    { name: 'sinh', f: G.sinh, reference: Math.sinh, at: everySize },
    { name: 'cosh', f: G.cosh, reference: Math.cosh, at: everySize },
    { name: 'asinh', f: G.asinh, reference: Math.asinh, at: [...everySize, -1e15, 1e200] },
    { name: 'acosh', f: G.acosh, reference: Math.acosh, at: [1, 1 + 2 ** -40, 1.001, 1.5, 4, 1e5, 1e12, 1e200] },
    { name: 'atanh', f: G.atanh, reference: Math.atanh, at: unit.slice(1, -1) },
    {
      name: 'softplus',
      f: G.softplus,
      reference: (v: number) => (v > 0 ? v + Math.log1p(Math.exp(-v)) : Math.log1p(Math.exp(v))),
      at: everySize,
    },
    { name: 'erf', f: G.erf, reference: erf, at: everySize.filter((v) => Math.abs(v) < 4) },
  ])('$name keeps 1e-14 relative', ({ f, reference, at }) => {
    const [y] = G.evaluate(lowerFloat64([f(x)]), { x: vector(at) });
    at.forEach((v, i) => {
      const wanted = reference(v);
      if (Number.isFinite(wanted))
        expect(Math.abs(y!.data[i]! - wanted), `at ${v}`).toBeLessThanOrEqual(1e-14 * Math.abs(wanted));
      else expect(y!.data[i]).toBe(wanted);
    });
  });
});

describe('adjoints', () => {
  const v = G.input('v', [4], 'float64');
  const direction = G.input('direction', [4], 'float64');
  const weights = G.input('weights', [4], 'float64');
  const four = (domains: Row['domains']) =>
    fc.array(fc.oneof(...domains.map(([min, max]) => fc.double({ min, max, noNaN: true }))), {
      minLength: 4,
      maxLength: 4,
    });

  it.each(rows)('of $name are transposes of tangents: ⟨Jv, w⟩ = ⟨v, Jᵀw⟩', ({ f, domains }) => {
    const y = f(v);
    const tangent = G.reduceSum(G.mul(G.jvp([y], new Map([[v, direction]]))[0]!, weights));
    const adjoint = G.reduceSum(G.mul(G.vjp(new Map([[y, weights]]), [v])[0]!, direction));
    fc.assert(
      fc.property(four(domains), four(everywhere), four(everywhere), (at, d, w) => {
        const values = { v: vector(at), direction: vector(d), weights: vector(w) };
        const [left, right] = G.evaluate([tangent, adjoint], values);
        close(left!.data[0]!, right!.data[0]!, 1e-12);
      }),
      { numRuns: 10 },
    );
  });
});

describe('curvature of f(Wx)', () => {
  const W = G.input('W', [2, 3], 'float64');
  const point = G.input('point', [3, 2], 'float64');
  const rowsOf = (i: number) =>
    G.constant(
      G.tensor(
        [0, 1, 2, 3, 4, 5].map((k) => Number(k < 3 === (i === 0)) * (k + 1)),
        [2, 3],
        'float64',
      ),
    );
  const groups: G.Groups = [0, 1].map((i) => [{ parameter: W, direction: rowsOf(i) }]);

  it.each(rows)('$name: stacked and generic engines agree', ({ f, domains }) => {
    // Both entries of each row of Wx lie inside the last domain, and both groups move the loss.
    const [low, high] = domains.at(-1)!;
    const middle = (low + high) / 2;
    const inner = G.add(G.mul(G.tanh(G.matmul(W, point)), (high - low) / 2.5), middle);
    const loss = G.reduceSum(G.mul(f(inner), G.add(G.reduceSum(G.square(inner)), 1)));
    const values = {
      W: { shape: [2, 3], data: Float64Array.of(0.2, -0.3, 0.1, 0.4, 0.05, -0.2) },
      point: { shape: [3, 2], data: Float64Array.of(0.7, -0.2, 0.3, 0.9, -0.5, 0.4) },
    };
    const [a, b] = (['stacked', 'generic'] as const).map((engine) => {
      const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
      return G.evaluate([gbar, Hbar!, D3!], values).flatMap((t) => [...t.data]);
    }) as [number[], number[]];
    const scale = Math.max(...b.map(Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    a.forEach((entry, i) => {
      expect(Math.abs(entry - b[i]!) / scale).toBeLessThan(1e-11);
    });
  });
});

describe('conventions at kinks are PyTorch’s', () => {
  it.each([
    { name: 'abs', f: G.abs, at: [0], slopes: [0] },
    { name: 'relu', f: G.relu, at: [0], slopes: [0] },
    { name: 'leakyRelu', f: (v: G.Expr) => G.leakyRelu(v, 0.2), at: [0], slopes: [0.2] },
    { name: 'prelu', f: (v: G.Expr) => G.prelu(v, G.constant(0.3, 'float64')), at: [0], slopes: [0.3] },
    { name: 'elu', f: (v: G.Expr) => G.elu(v, 0.7), at: [0], slopes: [0.7] },
    { name: 'clip', f: (v: G.Expr) => G.clip(v, -1, 1), at: [-1, 1, 2], slopes: [0, 0, 0] },
    { name: 'hardSigmoid', f: (v: G.Expr) => G.hardSigmoid(v, 0.25, 0.5), at: [-2, 2], slopes: [0, 0] },
    { name: 'hardSwish', f: G.hardSwish, at: [-3, 3], slopes: [0, 1] },
    { name: 'thresholdedRelu', f: (v: G.Expr) => G.thresholdedRelu(v, 1), at: [1], slopes: [0] },
    { name: 'maximum', f: (v: G.Expr) => G.maximum(v, 1), at: [1], slopes: [0.5] },
    { name: 'sign', f: G.sign, at: [0, 2], slopes: [0, 0] },
    { name: 'round', f: G.round, at: [0.5, 1.2], slopes: [0, 0] },
  ])('$name', ({ f, at, slopes }) => {
    const [, slope] = G.evaluate(terms3(f(x)), { x: vector(at) });
    expect([...slope!.data].map((v) => v + 0)).toEqual(slopes);
  });
});

describe('functions onto few values', () => {
  it('round goes to the even neighbour', () => {
    const [y] = G.evaluate([G.round(x)], { x: vector([-2.5, -1.5, -0.4, 0.5, 1.5, 2.5, 2.6]) });
    expect([...y!.data].map((v) => v + 0)).toEqual([-2, -2, 0, 0, 2, 2, 3]);
  });
  it('floor, ceil and sign', () => {
    const ys = G.evaluate([G.floor(x), G.ceil(x), G.sign(x)], { x: vector([-1.5, 0, 1.2]) });
    expect(ys.map((y) => [...y.data].map((v) => v + 0))).toEqual([
      [-2, 0, 1],
      [-1, 0, 2],
      [-1, 0, 1],
    ]);
  });
  it('and, or, xor, not follow their truth tables', () => {
    const a = G.greater(x, 0);
    const b = G.greater(G.reduceSum(G.reshape(x, ['N', 1]), [1]), 2);
    const ys = G.evaluate([G.and(a, b), G.or(a, b), G.xor(a, b), G.not(a)], { x: vector([-1, 1, 3]) });
    expect(ys.map((y) => [...y.data])).toEqual([
      [0, 0, 1],
      [0, 1, 1],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(() => G.and(x, a)).toThrow(/needs bool operands, got float64\[N\]/);
  });
});
