import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

const x = G.input('x', [2, 3, 2], 'float64');
const v = G.input('v', [2, 3, 2], 'float64');
const tensor = (data: readonly number[]): G.Value => ({ shape: [2, 3, 2], data: Float64Array.from(data) });

type Reduce = (x: G.Expr, axes?: readonly number[]) => G.Expr;
interface Row {
  readonly name: string;
  readonly reduce: Reduce;
  /** The same of a list of numbers. */
  readonly reference: (values: readonly number[]) => number;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const rows: readonly Row[] = [
  { name: 'reduceMax', reduce: G.reduceMax, reference: (a) => Math.max(...a) },
  { name: 'reduceMin', reduce: G.reduceMin, reference: (a) => Math.min(...a) },
  { name: 'reduceProd', reduce: G.reduceProd, reference: (a) => a.reduce((p, b) => p * b, 1) },
  { name: 'reduceL1', reduce: G.reduceL1, reference: (a) => sum(a.map(Math.abs)) },
  { name: 'reduceL2', reduce: G.reduceL2, reference: (a) => Math.hypot(...a) },
  { name: 'reduceSumSquare', reduce: G.reduceSumSquare, reference: (a) => sum(a.map((b) => b * b)) },
  {
    name: 'reduceLogSum',
    reduce: (e, axes) => G.reduceLogSum(G.exp(e), axes),
    reference: (a) => Math.log(sum(a.map(Math.exp))),
  },
  { name: 'reduceLogSumExp', reduce: G.reduceLogSumExp, reference: (a) => Math.log(sum(a.map(Math.exp))) },
  { name: 'mean', reduce: G.mean, reference: (a) => sum(a) / a.length },
];

const axesOf = fc.subarray([0, 1, 2], { minLength: 1 });
const entries = (min: number, max: number) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: 12, maxLength: 12 });
/** Twelve numbers, none near 0 and no two close: away from every kink. */
const apart = fc
  .tuple(
    fc.shuffledSubarray([...Array(12).keys()], { minLength: 12, maxLength: 12 }),
    fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  )
  .map(([order, signs]) => order.map((k, i) => (0.4 + 0.1 * k) * (signs[i] ? 1 : -1)));

/** The reference over the elements that share their indices on the other axes, in row-major order of those. */
const reduceNumbers = (data: readonly number[], axes: readonly number[], f: Row['reference']): number[] => {
  const lines = new Map<string, number[]>();
  data.forEach((value, i) => {
    const index = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
    const key = index.map((k, axis) => (axes.includes(axis) ? '' : k)).join();
    lines.set(key, [...(lines.get(key) ?? []), value]);
  });
  return [...lines.values()].map(f);
};

const expectClose = (actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < actual.length; i++)
    expect(Math.abs(actual[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))).toBeLessThan(tolerance);
};

describe.each(rows)('$name', ({ reduce, reference }) => {
  it('reduces any axes like its plain definition', () => {
    fc.assert(
      fc.property(axesOf, entries(-3, 3), (axes, data) => {
        const [y] = G.evaluate([reduce(x, axes)], { x: tensor(data) });
        expectClose(y!.data, reduceNumbers(data, axes, reference), 1e-13);
      }),
      { numRuns: 20 },
    );
  });

  it('has first, second and third directional derivatives that difference quotients confirm', () => {
    fc.assert(
      fc.property(axesOf, apart, entries(-1, 1), (axes, data, direction) => {
        const terms = G.jet(reduce(x, axes), new Map([[x, v]]), 3);
        const at = (t: number) =>
          G.evaluate(terms, { x: tensor(data.map((d, i) => d + t * direction[i]!)), v: tensor(direction) }).map(
            (y) => y.data,
          );
        const h = 0.01;
        const [p1, m1, p2, m2, p4, m4, centre] = [h, -h, h / 2, -h / 2, h / 4, -h / 4, 0].map(at) as Float64Array[][];
        for (let order = 1; order <= 3; order++) {
          const slope = (a: Float64Array[], b: Float64Array[], i: number, step: number) =>
            (a[order - 1]![i]! - b[order - 1]![i]!) / (2 * step);
          const quotients = Array.from(centre![order]!, (_, i) => {
            const [d1, d2, d4] = [slope(p1!, m1!, i, h), slope(p2!, m2!, i, h / 2), slope(p4!, m4!, i, h / 4)];
            return (16 * ((4 * d4! - d2!) / 3) - (4 * d2! - d1!) / 3) / 15;
          });
          expectClose(centre![order]!, quotients, 1e-8);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('has an adjoint that is the transpose of its tangent', () => {
    fc.assert(
      fc.property(axesOf, apart, entries(-1, 1), (axes, data, direction) => {
        const y = reduce(x, axes);
        const seed = G.sin(y);
        const left = G.reduceSum(G.mul(G.jvp([y], new Map([[x, v]]))[0]!, seed));
        const right = G.reduceSum(G.mul(G.vjp(new Map([[y, seed]]), [x])[0]!, v));
        const [a, b] = G.evaluate([left, right], { x: tensor(data), v: tensor(direction) });
        expectClose(a!.data, b!.data, 1e-12);
      }),
      { numRuns: 10 },
    );
  });

  it('gives one summary by both engines', () => {
    const loss = G.reduceSum(G.square(G.add(reduce(G.mul(x, G.tanh(x)), [1]), 0.3)));
    const masks = [0, 1].map((half) =>
      G.constant(
        G.tensor(
          Array.from({ length: 12 }, (_, i) => (i % 2 === half ? 1 + i / 7 : 0)),
          [2, 3, 2],
          'float64',
        ),
      ),
    );
    const groups: G.Groups = masks.map((mask) => [{ parameter: x, direction: mask }]);
    const data = [0.3, -0.8, 1.1, 0.6, -0.4, 1.7, 0.9, 0.5, -1.3, 0.2, 0.7, -0.6];
    const [a, b] = (['stacked', 'generic'] as const).map((engine) => {
      const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
      return G.evaluate([gbar, Hbar!, D3!], { x: tensor(data) }).flatMap((t) => [...t.data]);
    }) as [number[], number[]];
    expect(Math.max(...b.map(Math.abs))).toBeGreaterThan(0.1);
    expectClose(a, b, 1e-11);
  });
});

describe('conventions at kinks and extremes', () => {
  const w = G.input('w', [4], 'float64');
  const gradientAt = (y: G.Expr, at: readonly number[]): number[] => {
    const [g] = G.evaluate(G.grad(y, [w]), { w: { shape: [4], data: Float64Array.from(at) } });
    return [...g!.data];
  };
  const valueAt = (y: G.Expr, at: readonly number[]): number[] => {
    const [value] = G.evaluate([y], { w: { shape: [4], data: Float64Array.from(at) } });
    return [...value!.data];
  };
  it('ties for the extremum share evenly', () => {
    expect(gradientAt(G.reduceMax(w), [1, 3, 3, 0])).toEqual([0, 0.5, 0.5, 0]);
    expect(gradientAt(G.reduceMin(w), [2, 2, 2, 2])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
  it('a product with one zero still moves with it', () => {
    expect(gradientAt(G.reduceProd(w), [2, 0, 3, 5])).toEqual([0, 30, 0, 0]);
  });
  it('the norm of a zero vector has derivative 0', () => {
    expect(gradientAt(G.reduceL2(w), [0, 0, 0, 0])).toEqual([0, 0, 0, 0]);
  });
  it('reduceLogSumExp neither overflows nor loses small sums', () => {
    expectClose(valueAt(G.reduceLogSumExp(w), [1000, 1000, 999, -1000]), [1000 + Math.log(2 + Math.exp(-1))], 1e-14);
    expectClose(valueAt(G.reduceLogSumExp(w), [-1000, -1000, -1000, -1000]), [-1000 + Math.log(4)], 1e-14);
    expect(valueAt(G.reduceLogSumExp(w), Array(4).fill(Number.NEGATIVE_INFINITY))).toEqual([Number.NEGATIVE_INFINITY]);
  });
  it('a product over an axis without a fixed length is refused', () => {
    expect(() => G.reduceProd(G.input('n', ['N', 2], 'float64'))).toThrow(
      /axis 0 of float64\[N, 2\] has no fixed length/,
    );
  });
  it('argMax and argMin find the first or the last of equals', () => {
    const found = [G.argMax(w, 0), G.argMax(w, 0, true), G.argMin(w, 0), G.argMin(w, 0, true)];
    expect(found.map((y) => valueAt(y, [3, 1, 3, 1])[0])).toEqual([0, 2, 1, 3]);
    expect(G.argMax(x, 1).shape).toEqual([2, 2]);
  });
});

describe('cumSum', () => {
  const data = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  it.each([
    { options: {}, wanted: [1, 2, 4, 6, 9, 12, 7, 8, 16, 18, 27, 30] },
    { options: { exclusive: true }, wanted: [0, 0, 1, 2, 4, 6, 0, 0, 7, 8, 16, 18] },
    { options: { reverse: true }, wanted: [9, 12, 8, 10, 5, 6, 27, 30, 20, 22, 11, 12] },
    { options: { exclusive: true, reverse: true }, wanted: [8, 10, 5, 6, 0, 0, 20, 22, 11, 12, 0, 0] },
  ])('with $options', ({ options, wanted }) => {
    const y = G.cumSum(x, 1, options);
    const tangent = G.reduceSum(G.mul(G.jvp([y], new Map([[x, v]]))[0]!, x));
    const adjoint = G.reduceSum(G.mul(G.vjp(new Map([[y, x]]), [x])[0]!, v));
    const [value, left, right] = G.evaluate([y, tangent, adjoint], { x: tensor(data), v: tensor(data.map(Math.sin)) });
    expect([...value!.data]).toEqual(wanted);
    expectClose(left!.data, right!.data, 1e-12);
  });
});
