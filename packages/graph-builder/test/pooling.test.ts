import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { lowerFloat64 } from '../src/transforms/rewrite.js';
import { relativeError } from './golden.js';

interface Pool {
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly padsBefore: readonly number[];
  readonly padsAfter: readonly number[];
  readonly ceil: boolean;
  readonly countIncludePad: boolean;
}

const pools: fc.Arbitrary<Pool> = fc.integer({ min: 1, max: 3 }).chain((rank) => {
  const each = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
  return fc.record({
    sizes: each(4, 6),
    kernel: each(2, 3),
    strides: each(1, 3),
    padsBefore: each(0, 1),
    padsAfter: each(0, 1),
    ceil: fc.boolean(),
    countIncludePad: fc.boolean(),
  });
});

const operand = (c: Pool) => {
  const shape = [2, 2, ...c.sizes];
  const length = shape.reduce((a, b) => a * b, 1);
  const wave = (seed: number) => Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i * seed + seed));
  const symbolic = ['N', ...shape.slice(1)];
  return {
    x: G.input('x', symbolic, 'float64'),
    v: G.input('v', symbolic, 'float64'),
    values: { x: { shape, data: wave(1) }, v: { shape, data: wave(2) } },
  };
};

/** PyTorch's rule for the number of windows on an axis. */
const windows = (c: Pool, axis: number): number => {
  const [size, k, s] = [c.sizes[axis]!, c.kernel[axis]!, c.strides[axis]!];
  const [before, after] = [c.padsBefore[axis]!, c.padsAfter[axis]!];
  const n = (c.ceil ? Math.ceil : Math.floor)((size + before + after - k) / s) + 1;
  return c.ceil && (n - 1) * s >= size + before ? n - 1 : n;
};

const indices = (lengths: readonly number[]): readonly (readonly number[])[] =>
  lengths.reduce<readonly (readonly number[])[]>(
    (so, n) => so.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );

/** Pooling by its definition: the elements of every window, and how many places of it count with padding. */
const plain = (c: Pool, x: Float64Array, f: (held: readonly number[], places: number) => number): Float64Array => {
  const outputs = c.sizes.map((_, axis) => windows(c, axis));
  const inner = c.sizes.reduce((a, b) => a * b, 1);
  return Float64Array.from(indices([4, ...outputs]), ([channel, ...o]) => {
    const positions = indices(c.kernel).map((k) => k.map((j, i) => o[i]! * c.strides[i]! + j - c.padsBefore[i]!));
    const held = positions.filter((at) => at.every((p, i) => p >= 0 && p < c.sizes[i]!));
    const places = positions.filter((at) => at.every((p, i) => p < c.sizes[i]! + c.padsAfter[i]!)).length;
    const values = held.map((at) => x[channel! * inner + at.reduce((so, p, i) => so * c.sizes[i]! + p, 0)]!);
    return f(values, places);
  });
};

const optionsOf = ({ strides, padsBefore, padsAfter, ceil }: Pool): G.PoolingOptions => ({
  strides,
  padsBefore,
  padsAfter,
  ceil,
});

const pooled: Readonly<Record<string, (x: G.Expr, c: Pool) => G.Expr>> = {
  maxPool: (x, c) => G.maxPool(x, c.kernel, optionsOf(c)),
  averagePool: (x, c) => G.averagePool(x, c.kernel, { ...optionsOf(c), countIncludePad: c.countIncludePad }),
  globalMaxPool: (x) => G.globalMaxPool(x),
  globalAveragePool: (x) => G.globalAveragePool(x),
};

describe('pooling', () => {
  it('gives the values of its definition, rounding up included', () => {
    fc.assert(
      fc.property(pools, (c) => {
        const { x, values } = operand(c);
        const [max, average] = G.evaluate([pooled.maxPool!(x, c), pooled.averagePool!(x, c)], values);
        expect([...max!.data]).toEqual([...plain(c, values.x.data, (held) => Math.max(...held))]);
        const means = plain(c, values.x.data, (held, places) => {
          return held.reduce((a, b) => a + b, 0) / (c.countIncludePad ? places : held.length);
        });
        expect(relativeError(average!.data, [...means])).toBeLessThan(1e-13);
      }),
      { numRuns: 60 },
    );
  });

  it.each(Object.keys(pooled))('%s: ⟨Jv, Jv⟩ = ⟨v, JᵀJv⟩, lowered or not', (name) => {
    fc.assert(
      fc.property(pools, (c) => {
        const { x, v, values } = operand(c);
        const y = pooled[name]!(x, c);
        const [Jv] = G.jvp([y], new Map([[x, v]]));
        const [back] = G.vjp(new Map([[y, Jv!]]), [x]);
        const [left, right] = G.evaluate([G.reduceSum(G.square(Jv!)), G.reduceSum(G.mul(v, back!))], values);
        expect(Math.abs(left!.data[0]! - right!.data[0]!)).toBeLessThan(1e-12 * (1 + left!.data[0]!));
        const [lowered] = G.evaluate(lowerFloat64([back!]), values);
        const [direct] = G.evaluate([back!], values);
        expect(relativeError(lowered!.data, [...direct!.data])).toBeLessThan(1e-13);
      }),
      { numRuns: 20 },
    );
  });

  it('the first of equal elements takes the derivative', () => {
    const x = G.input('x', [1, 1, 2, 2], 'float64');
    const [dx] = G.grad(G.reduceSum(G.maxPool(x, [2, 2])), [x]);
    const [value] = G.evaluate([dx!], { x: { shape: [1, 1, 2, 2], data: Float64Array.of(3, 5, 5, 5) } });
    expect([...value!.data]).toEqual([0, 1, 0, 0]);
  });

  it('maxPool stays the maximum when differentiated twice', () => {
    const x = G.input('x', [1, 1, 4], 'float64');
    const loss = G.reduceSum(G.square(G.maxPool(x, [2], { strides: [2] })));
    const [dx] = G.grad(loss, [x]);
    const v = G.constant(G.tensor([1, 10, 100, 1000], [1, 1, 4], 'float64'));
    const [Hv] = G.grad(G.reduceSum(G.mul(dx!, v)), [x]);
    const [value] = G.evaluate([Hv!], { x: { shape: [1, 1, 4], data: Float64Array.of(1, 2, 4, 3) } });
    expect([...value!.data]).toEqual([0, 20, 200, 0]);
  });

  it('refuses padding as long as the window', () => {
    const x = G.input('x', ['N', 1, 4], 'float64');
    expect(() => G.maxPool(x, [2], { padsBefore: [2] })).toThrow(/less padding than its own length/);
  });
});
