import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blocks,
  canonical,
  coarsenSummary,
  mergeByDecrease,
  mergeByRate,
  type Partition,
  refines,
} from '../src/index.js';
import { get, refusal } from './arbitrary.js';

const tensors = (count: number): Partition =>
  get(canonical(Array.from({ length: count }, (_, s) => ({ name: `t${s}`, shape: [2] }))));

const names = ({ groups }: Partition): readonly string[] => groups.map(({ name }) => name);

describe('mergeByRate', () => {
  const rate = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(0));
  const rates = fc.array(rate, { minLength: 1, maxLength: 12 });

  it('satisfies its criterion in every group, and no two neighbouring groups could be one', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 1, max: 10, noNaN: true }), (eta, ratio) => {
        const merged = get(mergeByRate(eta, ratio)(tensors(eta.length)));
        const sets = merged.groups.map(({ members }) =>
          members.map(({ parameter }) => eta[Number(parameter.slice(1))]!),
        );
        const satisfies = (set: readonly number[]): boolean => {
          const sizes = set.map(Math.abs);
          const oneSign = new Set(set.map(Math.sign).map((sign) => sign + 0)).size === 1;
          return oneSign && Math.max(...sizes) <= ratio * Math.min(...sizes);
        };
        const sorted = [...sets].sort((a, b) => Math.min(...a) - Math.min(...b));
        expect(sets.every(satisfies)).toBe(true);
        sorted.slice(1).forEach((set, i) => {
          // Closed greedily: the first rate of the next group does not fit with the smallest of this one.
          expect(satisfies([Math.min(...sorted[i]!), Math.min(...set)])).toBe(false);
        });
      }),
    );
  });

  it('does not depend on a common factor', () => {
    const eta = [0.1, 3, 0.15, 2.9, -1, 0];
    const scaled = eta.map((x) => 1024 * x);
    expect(mergeByRate(eta, 2)(tensors(6))).toEqual(mergeByRate(scaled, 2)(tensors(6)));
    expect(names(get(mergeByRate(eta, 2)(tensors(6))))).toEqual(['t0 + t2', 't1 + t3', 't4', 't5']);
  });

  it('refuses what it cannot use', () => {
    expect(refusal(mergeByRate([1], 2)(tensors(2))).message).toBe(
      'eta has 1 entries and the partition 2 groups; give one entry a group',
    );
    expect(refusal(mergeByRate([1, 2], 0.5)(tensors(2)))).toEqual({
      _tag: 'InvalidValues',
      message: 'ratio is 0.5; it must be a finite number of at least 1',
    });
  });
});

/** H = BBᵀ + I and a right-hand side, of random size. */
const model = fc.integer({ min: 1, max: 6 }).chain((size) => {
  const vector = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size, maxLength: size });
  return fc.tuple(vector, fc.array(vector, { minLength: size, maxLength: size })).map(([gbar, factor]) => ({
    gbar,
    Hbar: factor.map((row, i) =>
      factor.map((other, j) => row.reduce((sum, x, k) => sum + x * other[k]!, i === j ? 1 : 0)),
    ),
  }));
});

/** max over η of gᵀη − ½ηᵀHη by Gauss–Seidel on the reduced model: an independent route to the decrease. */
const decreaseOf = (
  gbar: readonly number[],
  Hbar: readonly (readonly number[])[],
  labels: readonly number[],
): number => {
  const size = Math.max(...labels) + 1;
  const g = Array.from({ length: size }, () => 0);
  const H = g.map(() => g.map(() => 0));
  gbar.forEach((x, s) => {
    g[labels[s]!]! += x;
    Hbar[s]!.forEach((h, t) => {
      H[labels[s]!]![labels[t]!]! += h;
    });
  });
  const eta = g.map(() => 0);
  for (let sweep = 0; sweep < 3000; sweep++) {
    for (let s = 0; s < size; s++) {
      const rest = H[s]!.reduce((sum, h, t) => (t === s ? sum : sum + h * eta[t]!), 0);
      eta[s] = (g[s]! - rest) / H[s]![s]!;
    }
  }
  return g.reduce((sum, x, s) => sum + x * eta[s]!, 0) / 2;
};

const labelsOf = ({ groups }: Partition, size: number): readonly number[] =>
  Array.from({ length: size }, (_, t) =>
    groups.findIndex(({ members }) => members.some(({ parameter }) => parameter === `t${t}`)),
  );

describe('mergeByDecrease', () => {
  it('retains what it says, and at least what was asked for', () => {
    fc.assert(
      fc.property(model, fc.double({ min: 0, max: 1, noNaN: true }), (own, tolerance) => {
        const before = tensors(own.gbar.length);
        const { partition, decrease, retained } = get(mergeByDecrease(own, tolerance)(before));
        const free = decreaseOf(
          own.gbar,
          own.Hbar,
          own.gbar.map((_, s) => s),
        );
        const after = decreaseOf(own.gbar, own.Hbar, labelsOf(partition, own.gbar.length));
        expect(refines(before, partition)).toBe(true);
        expect(Math.abs(decrease - free)).toBeLessThanOrEqual(1e-8 * (1 + free));
        expect(Math.abs(retained * decrease - after)).toBeLessThanOrEqual(1e-8 * (1 + free));
        expect(retained).toBeGreaterThanOrEqual(1 - tolerance - 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('merges the pair whose common rate costs least, found here by trying every pair', () => {
    const Hbar = [
      [4, 1, 0.5, 0],
      [1, 3, 0, 0.2],
      [0.5, 0, 2, 0.1],
      [0, 0.2, 0.1, 1],
    ];
    const gbar = [2, 1.2, 1.1, 0.9];
    const free = decreaseOf(gbar, Hbar, [0, 1, 2, 3]);
    const pairs = [0, 1, 2, 3].flatMap((s) => [0, 1, 2, 3].filter((t) => t > s).map((t) => [s, t] as const));
    const merged = ([s, t]: readonly [number, number]): readonly number[] => {
      let next = 0;
      const first = [0, 1, 2, 3].map((i) => (i === t ? -1 : next++));
      return first.map((label, i) => (i === t ? first[s]! : label));
    };
    const costs = pairs.map((pair) => free - decreaseOf(gbar, Hbar, merged(pair)));
    const least = Math.min(...costs);
    const best = pairs[costs.indexOf(least)]!;
    const { partition } = get(mergeByDecrease({ gbar, Hbar }, (1.001 * least) / free)(tensors(4)));
    expect(partition.groups.length).toBe(3);
    expect(names(partition)).toContain(`t${best[0]} + t${best[1]}`);
  });

  it('merges everything when all may be lost, and what agrees exactly when nothing may', () => {
    const Hbar = [
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 1],
    ];
    const own = { gbar: [1, 1, 8], Hbar };
    expect(get(mergeByDecrease(own, 1)(tensors(3))).partition.groups.length).toBe(1);
    expect(names(get(mergeByDecrease(own, 0)(tensors(3))).partition)).toEqual(['t0 + t1', 't2']);
    expect(get(mergeByDecrease({ gbar: [0, 0, 0], Hbar }, 0)(tensors(3))).retained).toBe(1);
  });

  it('takes what coarsenSummary gives, and symmetric but for the rounding of float32', () => {
    fc.assert(
      fc.property(model, fc.constantFrom(2, 3), ({ gbar, Hbar }, groups) => {
        const before = tensors(gbar.length);
        const coarse = get(blocks(Math.min(groups, gbar.length))(before.parameters));
        const values = get(coarsenSummary(before, coarse)({ gbar, Hbar })) as { gbar: number[]; Hbar: number[][] };
        expect(values.Hbar).toEqual(values.Hbar.map((row, s) => row.map((_, t) => values.Hbar[t]![s])));
        expect(get(mergeByDecrease(values, 0.5)(coarse)).retained).toBeGreaterThanOrEqual(0.5 - 1e-9);
        const rounded = Hbar.map((row, s) => row.map((h, t) => (s < t ? h * (1 + 1e-8) : h)));
        expect(get(mergeByDecrease({ gbar, Hbar: rounded }, 0.5)(before)).retained).toBeGreaterThanOrEqual(0.5 - 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses an asymmetric H̄ and names the entry', () => {
    const own = {
      gbar: [1, 1],
      Hbar: [
        [2, 0.1],
        [0.2, 2],
      ],
    };
    expect(refusal(mergeByDecrease(own, 0.1)(tensors(2)))).toEqual({
      _tag: 'InvalidValues',
      message: 'Hbar[1][0] is 0.2 and Hbar[0][1] is 0.1; give a symmetric matrix',
    });
  });

  it('refuses an indefinite H̄ and says what to give instead', () => {
    const own = {
      gbar: [1, 1],
      Hbar: [
        [1, 2],
        [2, 1],
      ],
    };
    expect(refusal(mergeByDecrease(own, 0.1)(tensors(2)))).toEqual({
      _tag: 'NotPositiveDefinite',
      message: 'Hbar is not positive definite; give the shifted matrix of the cubic solution instead',
    });
    expect(
      refusal(
        mergeByDecrease(
          {
            gbar: [1, 1],
            Hbar: [
              [1, 0],
              [0, 1],
            ],
          },
          2,
        )(tensors(2)),
      ).message,
    ).toBe('tolerance is 2; it must be a number in 0..1');
  });
});
