import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

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
];

const x = G.input('x', ['N'], 'float64');
const ones = G.expand(G.constant(1, 'float64'), ['N']);
const vector = (data: readonly number[]): G.Value => ({ shape: [data.length], data: Float64Array.from(data) });

/** Points at which the Richardson scheme samples around each x: ±h, ±h/2, ±h/4. */
const H = 0.02;
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
