import { describe, expect, it } from 'vitest';
import { fittedExponent } from './growth.mjs';
import { medianOf, medianRatio, takeTurns } from './turns.mjs';

/** A worker whose runs take the given seconds, one after the other, and which fails when it has no more. */
const worker = (seconds: number[]) => ({
  ask: async () => {
    const wall = seconds.shift();
    if (wall === undefined) throw new Error('has ended');
    return { runs: [{ wall, processor: wall / 2 }] };
  },
});

const options = { rounds: 3, fewest: 1, budget: 60, clock: 'wall', always: ['a'] };

describe('turns', () => {
  it('give the median of the ratios of each round, the first run left out', async () => {
    const { series } = await takeTurns({ a: worker([9, 1, 2, 4]), b: worker([9, 3, 4, 4]) }, options);
    expect(series).toEqual({ a: [1, 2, 4], b: [3, 4, 4] });
    expect(medianRatio(series.b!, series.a!)).toBe(2);
    expect(medianOf(series.b!)).toBe(4);
  });

  it('go on without a worker that fails, and say why', async () => {
    const { series, failed } = await takeTurns({ a: worker([9, 1, 2, 4]), b: worker([9, 3]) }, options);
    expect(series.b).toEqual([3, undefined, undefined]);
    expect(failed).toEqual({ b: 'has ended' });
    expect(medianRatio(series.b!, series.a!)).toBe(3);
  });

  it('read the clock that is asked for', async () => {
    const { series } = await takeTurns({ a: worker([9, 1, 2, 4]) }, { ...options, clock: 'processor', budget: 0 });
    expect(series.a![0]).toBe(0.5);
  });
});

it('an exponent is fitted exactly to a power law', () => {
  const points = [2, 5, 11, 30].map((x) => ({ x, y: 3 * x ** 1.7 }));
  expect(fittedExponent(points)).toBeCloseTo(1.7, 12);
});
