import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryDue } from '../src/index.js';

const dueUpTo = (last: number, schedule: Parameters<typeof summaryDue>[0]): readonly number[] =>
  Array.from({ length: last + 1 }, (_, step) => step).filter(summaryDue(schedule));

describe('summaries are due', () => {
  it('a period apart from the first step on', () => {
    expect(dueUpTo(31, { period: 10, early: false })).toEqual([0, 10, 20, 30]);
  });

  it('or early: at gaps that double, never more than a period', () => {
    expect(dueUpTo(40, { period: 10, early: true })).toEqual([0, 1, 3, 7, 15, 25, 35]);
    expect(dueUpTo(3, { period: 1, early: true })).toEqual([0, 1, 2, 3]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (period) => {
        const due = dueUpTo(300, { period, early: true });
        const gaps = due.slice(1).map((step, i) => step - due[i]!);
        expect(due[0]).toBe(0);
        expect(Math.max(...gaps)).toBe(period);
        gaps.forEach((gap, i) => {
          expect(gap).toBe(Math.min(period, 2 ** i));
        });
      }),
    );
  });
});
