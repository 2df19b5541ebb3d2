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

describe.each(rows)('$name', ({ f, reference, domains }) => {
  const terms = G.jet(f(x), new Map([[x, ones]]), 3);

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
