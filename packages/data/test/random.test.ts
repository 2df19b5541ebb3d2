import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, permutation, type RandomKey, uniform } from '../src/index.js';
import { logarithm } from '../src/random/logarithm.js';
import { normalQuantileAboveMedian } from '../src/random/normal.js';

const keys: fc.Arbitrary<RandomKey> = fc
  .tuple(fc.maxSafeInteger(), fc.array(fc.oneof(fc.string(), fc.maxSafeInteger()), { maxLength: 3 }))
  .map(([seed, path]) => [seed, ...path]);

const sha256 = (data: Float64Array): string => createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex');

describe('a count that is not whole', () => {
  it.each([1.5, -1, Number.NaN, 2 ** 32])('%d is refused', (count) => {
    for (const draw of [normal, uniform, permutation]) expect(() => draw([1], count)).toThrow(RangeError);
  });
});

describe('keys', () => {
  it('give the same numbers again, and a longer array begins with the shorter', () => {
    fc.assert(
      fc.property(keys, fc.nat({ max: 50 }), (key, length) => {
        expect(normal(key, 60).subarray(0, length)).toEqual(normal(key, length));
        expect(uniform(key, 60).subarray(0, length)).toEqual(uniform(key, length));
      }),
    );
  });

  it('that differ give other numbers', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(uniform(a, 4)).not.toEqual(uniform(b, 4));
      }),
    );
  });

  it('tell a number from its text and a path from its pieces joined', () => {
    expect(uniform([1, '2'], 4)).not.toEqual(uniform([1, 2], 4));
    expect(uniform([1, 'a', 'b'], 4)).not.toEqual(uniform([1, 'ab'], 4));
  });

  it('that are neighbours are uncorrelated', () => {
    const n = 20_000;
    for (const [a, b] of [
      [[1], [2]],
      [
        [1, 'x', 7],
        [1, 'x', 8],
      ],
    ] as const) {
      const [u, v] = [normal(a, n), normal(b, n)];
      const correlation = u.reduce((sum, x, i) => sum + x * v[i]!, 0) / n;
      expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(n));
    }
  });

  it('of anything but safe integers are refused', () => {
    expect(() => uniform([0.5], 1)).toThrow(/whole numbers/);
    expect(() => normal([1, Number.NaN], 1)).toThrow(RangeError);
  });
});

describe('uniform', () => {
  it('lies in [0, 1) with mean 1/2 and variance 1/12', () => {
    const n = 100_000;
    const u = uniform([3], n);
    expect(u.every((x) => x >= 0 && x < 1)).toBe(true);
    const mean = u.reduce((a, b) => a + b, 0) / n;
    const variance = u.reduce((a, b) => a + (b - 0.5) ** 2, 0) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
  });
});

describe('normal', () => {
  it('has the moments of a standard normal variable: 0, 1, 0, 3', () => {
    const n = 200_000;
    const z = normal([4, 'moments'], n);
    const moment = (power: number): number => z.reduce((sum, x) => sum + x ** power, 0) / n;
    // Standard errors: 1, √2, √15, √96 over √n.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan((4 * Math.sqrt(2)) / Math.sqrt(n));
    expect(Math.abs(moment(3))).toBeLessThan((4 * Math.sqrt(15)) / Math.sqrt(n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan((4 * Math.sqrt(96)) / Math.sqrt(n));
  });

  it('inverts the distribution function in the centre, the shoulder and the tail', () => {
    // From SciPy's scipy.special.ndtri, which is another algorithm.
    for (const [q, z] of [
      [0.01, 0.02506890825871106],
      [0.3, 0.8416212335729142],
      [0.4249, 1.4388253927525403],
      [0.4251, 1.4402382675279635],
      [0.49, 2.3263478740408408],
      [0.499999, 4.753424308828305],
      [0.49999999999, 6.706023143414748],
      [0.5 - 2 ** -53, 8.209536151601387],
    ] as const) {
      expect(Math.abs(normalQuantileAboveMedian(q) / z - 1)).toBeLessThan(2e-15);
    }
  });

  it('rests on a logarithm that agrees with the engine’s', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -60, max: 1.4, noNaN: true }), (x) => {
        expect(Math.abs(logarithm(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(Math.abs(Math.log(x)), 1e-3));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same on every machine: these bits were written down on one', () => {
    expect(sha256(normal([0, 'golden'], 10_000))).toBe(
      '0a6c25dc48570510cfc9ec6263cf7d392b661d7859d664a51944e1bef723bbec',
    );
    expect(sha256(uniform([0, 'golden'], 10_000))).toBe(
      '7246ba47e85150869c666bb5797072d687f8169980f770d05ad1b83a0b343990',
    );
  });
});

describe('permutation', () => {
  it('holds each index once', () => {
    fc.assert(
      fc.property(keys, fc.nat({ max: 200 }), (key, size) => {
        expect(Array.from(permutation(key, size)).sort((a, b) => a - b)).toEqual(
          Array.from({ length: size }, (_, i) => i),
        );
      }),
    );
  });

  it('takes each of the six orders of three equally often', () => {
    const counts = new Map<string, number>();
    const n = 6000;
    for (let i = 0; i < n; i++) {
      const order = permutation([i, 'order'], 3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - n / 6) ** 2 / (n / 6), 0);
    expect(chiSquare).toBeLessThan(20.5); // the 99.9% point for 5 degrees of freedom
  });
});
