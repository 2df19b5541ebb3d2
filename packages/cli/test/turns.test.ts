import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianRatio, takeTurns } from '../src/turns.js';

/** One whose runs take the given seconds, one after the other, and which fails when there are no more. */
const contestant = (...seconds: number[]) => {
  const left = [...seconds];
  return async (): Promise<readonly number[]> => {
    const next = left.shift();
    if (next === undefined) throw new Error('has ended');
    return [next];
  };
};

const options = { rounds: 3, fewest: 1, budget: 60, always: ['a'] };

const seconds = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
const rounds = fc.array(fc.tuple(seconds, seconds, fc.integer({ min: -20, max: 20 })), { minLength: 1, maxLength: 15 });

describe('the median ratio', () => {
  it('does not see a machine that is faster in one round and slower in another', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const [above, below] = [all.map(([a]) => a), all.map(([, b]) => b)];
        // Powers of two leave the quotients exact.
        const slowed = (series: readonly number[]) => series.map((v, i) => v * 2 ** all[i]![2]);
        expect(medianRatio(slowed(above), slowed(below))).toBe(medianRatio(above, below));
      }),
    );
  });

  it('has as many rounds above as below it', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const ratio = medianRatio(
          all.map(([a]) => a),
          all.map(([, b]) => b),
        )!;
        const near = (a: number): boolean => Math.abs(a - ratio) <= 1e-12 * ratio;
        const under = all.filter(([a, b]) => a / b < ratio && !near(a / b)).length;
        const over = all.filter(([a, b]) => a / b > ratio && !near(a / b)).length;
        expect(Math.max(under, over)).toBeLessThanOrEqual(all.length / 2);
      }),
    );
  });

  it('leaves out rounds that only one of them had', () => {
    expect(medianRatio([1, 20, undefined, 6], [1, undefined, 5, 2])).toBe(2);
    expect(medianRatio([undefined], [1])).toBeUndefined();
  });
});

describe('turns', () => {
  it('give seconds of each round, the first run left out', async () => {
    const { series } = await takeTurns({ a: contestant(9, 1, 2, 4), b: contestant(9, 3, 4, 4) }, options);
    expect(series).toEqual({ a: [1, 2, 4], b: [3, 4, 4] });
    expect(medianRatio(series.b!, series.a!)).toBe(2);
  });

  it('repeat short runs, and take their median', async () => {
    const counts: number[] = [];
    const short = async (count: number): Promise<readonly number[]> => {
      counts.push(count);
      return Array.from({ length: count }, (_, i) => (i === 0 ? 7 : 0.04));
    };
    const { series } = await takeTurns({ a: async (count) => (count === 1 ? [0.04] : short(count)) }, options);
    expect(counts).toEqual([3, 3, 3]);
    expect(series.a).toEqual([0.04, 0.04, 0.04]);
  });

  it('go on without one that fails, and say why', async () => {
    const { series, failed } = await takeTurns({ a: contestant(9, 1, 2, 4), b: contestant(9, 3) }, options);
    expect(series.b).toEqual([3, undefined, undefined]);
    expect(failed).toEqual({ b: 'has ended' });
  });

  it('let one go that has used up its time, but never the one that all are compared with', async () => {
    const tight = { ...options, budget: 0, fewest: 2 };
    const slow = async (): Promise<readonly number[]> => [1];
    const { series } = await takeTurns({ a: slow, b: contestant(9, 3, 4, 5) }, tight);
    expect(series).toEqual({ a: [1, 1], b: [3, 4] });
    const patient = { ...tight, budget: 0.15, rounds: 4, fewest: 1 };
    const pausing = async (): Promise<readonly number[]> => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return [1];
    };
    const uneven = await takeTurns({ a: slow, b: pausing }, patient);
    expect(uneven.series.b!.slice(1).every((v) => v === undefined)).toBe(true);
    expect(uneven.series.a!.every((v) => v === 1)).toBe(true);
  });

  it('say how many rounds are done', async () => {
    const done: number[] = [];
    await takeTurns({ a: contestant(9, 1, 2, 3) }, { ...options, onRound: (n) => done.push(n) });
    expect(done).toEqual([1, 2, 3]);
  });
});
