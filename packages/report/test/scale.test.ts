import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../src/figures/direct-label.js';
import { divergingScale } from '../src/figures/diverging.js';
import { axisScale, legibleTicks, symlogConstant } from '../src/scale.js';
import { BINS } from '../src/style/palette.js';

const anyDouble = fc.double({ noNaN: false });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const kinds = fc.constantFrom('linear', 'log', 'symlog', 'auto' as const);

describe('axisScale', () => {
  it('holds every finite value within the range and keeps their order, for any doubles and any kind', () => {
    fc.assert(
      fc.property(fc.array(anyDouble, { maxLength: 20 }), kinds, (values, kind) => {
        const scale = axisScale(values, kind, [50, 650]);
        const inside = values.filter(Number.isFinite).sort((a, b) => a - b);
        const places = inside.map(scale.position);
        for (const [k, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual(50 - 1e-6);
          expect(place).toBeLessThanOrEqual(650 + 1e-6);
          if (k > 0) expect(place).toBeGreaterThanOrEqual(places[k - 1]! - 1e-6);
        }
        for (const tick of scale.ticks) expect(Number.isFinite(scale.position(tick))).toBe(true);
        expect(scale.ticks.length).toBeLessThan(40);
      }),
    );
  });

  it('never puts a value ≤ 0 on a logarithmic axis, where it has no place', () => {
    expect(axisScale([0, 1, 1000], 'log', [0, 1]).kind).toBe('symlog');
    expect(axisScale([1, 1000], 'log', [0, 1]).kind).toBe('log');
    expect(axisScale([-3, 1, 1000], 'auto', [0, 1]).kind).toBe('symlog');
    expect(axisScale([1, 5], 'auto', [0, 1]).kind).toBe('linear');
  });

  it('names places even on a very short logarithmic axis', () => {
    expect(axisScale([0.231, 0.234], 'log', [0, 300]).ticks.length).toBeGreaterThanOrEqual(2);
  });

  it('shows decades across a long one, zero included where it is signed', () => {
    expect(axisScale([1e-6, 1e3], 'log', [0, 300]).ticks).toContain(1000);
    expect(axisScale([-5, 1e-3, 40], 'symlog', [0, 600]).ticks).toContain(0);
  });
});

describe('a symmetric logarithm', () => {
  it('has a tick on each side that reaches far enough, however much longer the other is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (short, long) => {
          for (const sign of [1, -1]) {
            const ends = [-sign * 10 ** short, sign * 10 ** (short + long)];
            const { ticks, position } = axisScale([...ends, 10 ** (short - 1)], 'symlog', [0, 400]);
            const [zero, end] = [position(0), position(ends[0]!)];
            const own = ticks.filter((tick) => Math.sign(tick) === -sign);
            if (Math.abs(end - zero) > 60) expect(own.length).toBeGreaterThanOrEqual(1);
          }
        },
      ),
    );
    expect(axisScale([-0.5, -0.3, -0.09, 769], 'symlog', [380, 0], 7).ticks).toContain(-0.5);
  });
});

describe('legibleTicks', () => {
  const long = (scale: ReturnType<typeof axisScale>, length: number) => (tick: number) => ({
    middle: scale.position(tick),
    length,
  });

  it('leaves no two labels closer than they are long, zero first, for any numbers, kind and length', () => {
    fc.assert(
      fc.property(
        fc.array(anyDouble, { maxLength: 12 }),
        kinds,
        fc.integer({ min: 5, max: 90 }),
        (values, kind, px) => {
          const scale = axisScale(values, kind, [0, 300], 8);
          const kept = legibleTicks(scale, long(scale, px));
          const places = kept.map(scale.position);
          for (const [k, place] of places.entries())
            if (k > 0) expect(place - places[k - 1]!).toBeGreaterThanOrEqual(px + 8 - 1e-6);
          for (const tick of kept) expect(scale.ticks).toContain(tick);
          if (scale.ticks.includes(0)) expect(kept).toContain(0);
          if (scale.ticks.length > 0) expect(kept.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('keeps a linear axis even', () => {
    const scale = axisScale([-5e-5, 5e-5], 'linear', [0, 300], 8);
    expect(scale.ticks).toHaveLength(11);
    expect(legibleTicks(scale, long(scale, 60))).toEqual([-5e-5, 0, 5e-5]);
    expect(legibleTicks(scale, long(scale, 40))).toEqual([-4e-5, -2e-5, 0, 2e-5, 4e-5]);
  });
});

describe('symlogConstant', () => {
  it('moves with the unit of the data', () => {
    const values = [1e-4, 3e-3, 0.2, 0.9, 5, 40];
    expect(symlogConstant(values.map((value) => value * 1000)) / symlogConstant(values)).toBeCloseTo(1000, 6);
  });
});

describe('divergingScale', () => {
  const scales = fc.constantFrom('linear', 'symlog' as const);

  it('is odd, monotone, keeps every sign and gives neutral to zero alone', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 30 }), scales, (values, kind) => {
        const { bin } = divergingScale(values, kind);
        for (const value of values) {
          // Adding 0 turns −0 into 0.
          expect(bin(-value) + 0).toBe(-bin(value) + 0);
          expect(Math.sign(bin(value)) + 0).toBe(Math.sign(value) + 0);
          expect(Math.abs(bin(value))).toBeLessThanOrEqual(BINS);
        }
        const bins = values.toSorted((a, b) => a - b).map((value) => bin(value) + 0);
        expect(bins).toEqual(bins.toSorted((a, b) => a - b));
      }),
    );
  });

  it('gives full colour to the largest magnitude, whichever its sign', () => {
    const { bin } = divergingScale([-8, 1, 2], 'symlog');
    expect(bin(-8)).toBe(-BINS);
    expect(bin(8)).toBe(BINS);
  });

  it('saturates beyond a bound that is given, and says so', () => {
    const scale = divergingScale([0.5, -3], 'linear', 1);
    expect(scale.bin(-3)).toBe(-BINS);
    expect(scale.saturated).toBe(true);
    expect(divergingScale([0.5, -1], 'linear', 1).saturated).toBe(false);
  });

  it('has no colour for what is not finite', () => {
    const { bin } = divergingScale([1, null, Number.NaN], 'symlog');
    expect(bin(null)).toBeNaN();
    expect(bin(Number.POSITIVE_INFINITY)).toBeNaN();
  });
});

describe('spread', () => {
  it('keeps labels apart, in order, within bounds, and still where nothing is in the way', () => {
    const wanted = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(wanted, (list) => {
        const places = spread(list, 12, 0, 500);
        const order = list.map((_, k) => k).sort((a, b) => list[a]! - list[b]! || a - b);
        for (const [k, index] of order.entries()) {
          expect(places[index]).toBeGreaterThanOrEqual(-1e-6);
          expect(places[index]).toBeLessThanOrEqual(500 + 1e-6);
          if (k > 0) expect(places[index]! - places[order[k - 1]!]!).toBeGreaterThanOrEqual(12 - 1e-6);
        }
      }),
    );
    expect(spread([10, 100, 300], 12, 0, 500)).toEqual([10, 100, 300]);
  });
});
