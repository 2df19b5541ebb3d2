/** Random summaries for properties. */

import fc from 'fast-check';
import type { MeasuredSummary, SummaryNumbers } from '../src/index.js';

export const S = 3;

const entry = fc.integer({ min: -1000, max: 1000 }).map((x) => x / 1000);
export const vector = fc.array(entry, { minLength: S, maxLength: S });

/** Summaries whose H̄ is BBᵀ + ½I: positive definite, so the solver always answers. */
export const definite: fc.Arbitrary<SummaryNumbers> = fc
  .record({ gbar: vector, B: fc.array(vector, { minLength: S, maxLength: S }), D3: vector })
  .map(({ gbar, B, D3 }) => ({
    gbar,
    D3,
    Hbar: B.map((row, s) => B.map((other, t) => row.reduce((sum, b, i) => sum + b * other[i]!, s === t ? 0.5 : 0))),
  }));

export const definiteSlices = (slices: number): fc.Arbitrary<readonly MeasuredSummary[]> =>
  fc.array(
    fc.tuple(definite, fc.integer({ min: 1, max: 30 })).map(([summary, count]) => ({ ...summary, count, loss: 1 })),
    {
      minLength: slices,
      maxLength: slices,
    },
  );

/** α_s: scales of the groups, over eight orders of magnitude, of either sign. */
export const scales = fc.array(
  fc.tuple(fc.integer({ min: -400, max: 400 }), fc.boolean()).map(([e, up]) => (up ? 1 : -1) * 10 ** (e / 100)),
  { minLength: S, maxLength: S },
);

/** The same loss with u_s multiplied by α_s. */
export const rescaled = <A extends SummaryNumbers>(alpha: readonly number[], summary: A): A => ({
  ...summary,
  gbar: summary.gbar.map((g, s) => alpha[s]! * g),
  Hbar: summary.Hbar.map((row, s) => row.map((h, t) => alpha[s]! * alpha[t]! * h)),
  D3: summary.D3.map((d, s) => alpha[s]! ** 3 * d),
});
