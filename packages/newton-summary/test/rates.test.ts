import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_RATES,
  joinSlices,
  learningRates,
  NOISE_AWARE_RATES,
  type Rates,
  type RatesOptions,
  type RatesState,
  ratesOptions,
  type SummaryNumbers,
  updateRates,
} from '../src/index.js';
import { right } from './perceptron.js';
import { definite, definiteSlices, rescaled, S, scales } from './summaries.js';

const plain: Partial<RatesOptions> = { lambda1: 1, etaDecay: 0, clipNegative: 'never' };

/** The rates after each of a series of summaries. */
const follow = (given: Partial<RatesOptions>, series: readonly SummaryNumbers[]): readonly Rates[] => {
  const update = updateRates(right(ratesOptions(S)(given)));
  let state: RatesState = {};
  return series.map((summary) => {
    const now = update(state, summary);
    // What a checkpoint does to the state must change nothing.
    state = JSON.parse(JSON.stringify(now.state));
    return now;
  });
};

const last = (given: Partial<RatesOptions>, series: readonly SummaryNumbers[]): readonly number[] =>
  follow(given, series).at(-1)!.rates;

const expectClose = (actual: readonly number[], expected: readonly number[], tolerance: number): void => {
  const scale = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  actual.forEach((x, s) => {
    expect(Math.abs(x - expected[s]!) / scale).toBeLessThan(tolerance);
  });
};

const mean = (series: readonly SummaryNumbers[]): SummaryNumbers => {
  const average = (of: (summary: SummaryNumbers) => number): number =>
    series.reduce((sum, summary) => sum + of(summary), 0) / series.length;
  return {
    gbar: Array.from({ length: S }, (_, s) => average((x) => x.gbar[s]!)),
    Hbar: Array.from({ length: S }, (_, s) => Array.from({ length: S }, (_, t) => average((x) => x.Hbar[s]![t]!))),
    D3: Array.from({ length: S }, (_, s) => average((x) => x.D3[s]!)),
  };
};

describe('rates', () => {
  const invariant: readonly (readonly [string, Partial<RatesOptions>])[] = [
    ['the cubic term', {}],
    ['no cubic term', { lambdaInt: 0 }],
    ['the diagonal alone', { diagonal: true }],
    ['a ridge on the diagonal', { ridge: { kind: 'diagonal', factor: 0.1 } }],
    ['a ridge in the cubic metric', { ridge: { kind: 'cubic-metric', factor: 0.1 } }],
    ['a cap at the running median', { limit: { kind: 'running-median', window: 2, factor: 1.5 } }],
    ['an exponential average', { summaryAverage: { kind: 'exponential', decay: 0.7 } }],
    ['a uniform average', { summaryAverage: { kind: 'uniform', count: 3, warmUp: 1 } }],
    ['averages of d and of η', { dDecay: 0.5, etaDecay: 0.5 }],
  ];
  it.each(invariant)('with %s do not depend on the scale of the groups', (_, given) => {
    fc.assert(
      fc.property(fc.array(definite, { minLength: 4, maxLength: 4 }), scales, (series, alpha) => {
        const moved = last({ ...plain, ...given }, series);
        const scaled = last(
          { ...plain, ...given },
          series.map((x) => rescaled(alpha, x)),
        );
        expectClose(
          scaled.map((x, s) => x * alpha[s]!),
          moved,
          1e-8,
        );
      }),
    );
  });

  it('that mind the noise do not depend on the scale of the groups', () => {
    fc.assert(
      fc.property(
        fc.array(definiteSlices(3), { minLength: 2, maxLength: 2 }),
        scales,
        fc.constantFrom<Partial<RatesOptions>>(
          {},
          { diagonal: true },
          { summaryAverage: { kind: 'exponential', decay: 0.7 } },
          { summaryAverage: { kind: 'uniform', count: 2, warmUp: 1 } },
        ),
        (series, alpha, more) => {
          const given: Partial<RatesOptions> = { ...plain, ...more, noise: NOISE_AWARE_RATES.noise };
          const moved = last(given, series.map(joinSlices));
          const scaled = last(
            given,
            series.map((slices) => joinSlices(slices.map((slice) => rescaled(alpha, slice)))),
          );
          expectClose(
            scaled.map((x, s) => x * alpha[s]!),
            moved,
            1e-8,
          );
        },
      ),
    );
  });

  it('with an absolute ridge do depend on it', () => {
    const summary = {
      gbar: [1, 1, 1],
      Hbar: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      D3: [1, 1, 1],
    };
    const given: Partial<RatesOptions> = { ...plain, ridge: { kind: 'absolute', epsilon: 0.1 } };
    const scaled = last(given, [rescaled([10, 1, 1], summary)]);
    expect(Math.abs(scaled[0]! * 10 - last(given, [summary])[0]!)).toBeGreaterThan(0.03);
  });

  it('do not depend on the scale of the loss, but for the ridges that have its unit', () => {
    fc.assert(
      fc.property(definite, fc.double({ min: -6, max: 6, noNaN: true }), (summary, exponent) => {
        const a = 10 ** exponent;
        const louder = {
          gbar: summary.gbar.map((g) => a * g),
          Hbar: summary.Hbar.map((row) => row.map((h) => a * h)),
          D3: summary.D3.map((d) => a * d),
        };
        const given: Partial<RatesOptions> = { ...plain, ridge: { kind: 'diagonal', factor: 0.1 } };
        expectClose(last(given, [louder]), last(given, [summary]), 1e-9);
      }),
    );
  });

  it('with λ_int = 0 are Newton’s, with the diagonal alone ḡ_s/H̄_ss', () => {
    fc.assert(
      fc.property(definite, (summary) => {
        const newton = last({ ...plain, lambdaInt: 0 }, [summary]);
        const Hnewton = summary.Hbar.map((row) => row.reduce((sum, h, t) => sum + h * newton[t]!, 0));
        expectClose(Hnewton, summary.gbar, 1e-10);
        const diagonal = last({ ...plain, lambdaInt: 0, diagonal: true }, [summary]);
        expectClose(
          diagonal,
          summary.gbar.map((g, s) => g / summary.Hbar[s]![s]!),
          1e-12,
        );
      }),
    );
  });

  it('multiply η by λ1, each group by its own', () => {
    fc.assert(
      fc.property(definite, (summary) => {
        const eta = right(learningRates(1)(summary)).eta;
        expectClose(
          last({ ...plain, lambda1: [1, 0.5, 0.1] }, [summary]),
          eta.map((x, s) => x * [1, 0.5, 0.1][s]!),
          1e-12,
        );
      }),
    );
  });

  it('that are negative are cut before or after the average', () => {
    const along = (g: number): SummaryNumbers => ({
      gbar: [g, 1, 1],
      Hbar: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      D3: [0, 0, 0],
    });
    const series = [along(-1), along(2)];
    const decays: Partial<RatesOptions> = { lambda1: 1, etaDecay: 0.5 };
    expect(last({ ...decays, clipNegative: 'never' }, series)[0]).toBeCloseTo(0.5, 12);
    expect(last({ ...decays, clipNegative: 'before-average' }, series)[0]).toBeCloseTo(1, 12);
    expect(last({ ...decays, clipNegative: 'when-applied' }, series)[0]).toBeCloseTo(0.5, 12);
    expect(last({ ...decays, clipNegative: 'when-applied' }, [along(-1)])[0]).toBe(0);
  });
});

describe('averages of summaries', () => {
  const series = fc.array(definite, { minLength: 1, maxLength: 7 });

  it('that are uniform are the plain mean of the last k, the first one included', () => {
    fc.assert(
      fc.property(series, (all) => {
        const seen = follow({ ...plain, summaryAverage: { kind: 'uniform', count: 3, warmUp: 1 } }, all).at(
          -1,
        )!.summary;
        const expected = mean(all.slice(-3));
        expectClose(seen.gbar, expected.gbar, 1e-12);
        expectClose(seen.Hbar.flat(), expected.Hbar.flat(), 1e-12);
        expectClose(seen.D3, expected.D3, 1e-12);
      }),
    );
  });

  it('move nothing while they warm up', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 3 }), (all, warmUp) => {
        follow({ ...plain, summaryAverage: { kind: 'uniform', count: 3, warmUp } }, all).forEach((rates, i) => {
          expect(rates.warmingUp).toBe(i + 1 < warmUp);
          if (rates.warmingUp) expect(rates.rates).toEqual([0, 0, 0]);
        });
      }),
    );
  });

  it('that are exponential start at the first and forget at their decay', () => {
    fc.assert(
      fc.property(definite, definite, (first, second) => {
        const given: Partial<RatesOptions> = { ...plain, summaryAverage: { kind: 'exponential', decay: 0.75 } };
        const [one, two] = follow(given, [first, second]);
        expect(one!.summary).toEqual(first);
        expectClose(
          two!.summary.gbar,
          first.gbar.map((g, s) => 0.75 * g + 0.25 * second.gbar[s]!),
          1e-12,
        );
      }),
    );
  });

  it('of one summary seen again and again change nothing', () => {
    fc.assert(
      fc.property(definite, (summary) => {
        const alone = last(plain, [summary]);
        for (const summaryAverage of [
          { kind: 'exponential', decay: 0.9 },
          { kind: 'uniform', count: 3, warmUp: 2 },
        ] as const) {
          const again = last({ ...plain, summaryAverage, dDecay: 0.5, etaDecay: 0.5 }, new Array(5).fill(summary));
          expectClose(again, alone, 1e-9);
        }
      }),
    );
  });
});

describe('a cap at the running median', () => {
  const along = (g: number): SummaryNumbers => ({
    gbar: [g, -g, 1],
    Hbar: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    D3: [0, 0, 0],
  });
  const given: Partial<RatesOptions> = { ...plain, limit: { kind: 'running-median', window: 3, factor: 2 } };

  it('holds a single large answer, of either sign, and lets the others be', () => {
    expectClose(last(given, [along(1), along(1.1), along(0.9), along(100)]), [2, -2, 1], 1e-12);
  });

  it('waits for a full window', () => {
    expectClose(last(given, [along(1), along(1), along(100)]), [100, -100, 1], 1e-12);
  });

  it('gives way to a lasting change of scale', () => {
    expectClose(last(given, [along(1), along(1), along(1), along(100), along(100), along(100)]), [100, -100, 1], 1e-12);
  });

  it('never stops a group for good: a median of zero caps nothing', () => {
    expectClose(last(given, [along(0), along(0), along(0), along(3)]), [3, -3, 1], 1e-12);
  });
});

describe('curvature measured in float32', () => {
  it('need not be symmetric to the last digit', () => {
    const summary = {
      gbar: [1, 2, 3],
      Hbar: [
        [1, 0.10001, 0],
        [0.1, 1, 0],
        [0, 0, 1],
      ],
      D3: [1, 1, 1],
    };
    expect(E.isRight(updateRates(DEFAULT_RATES)({}, summary).solved)).toBe(true);
    expect(E.isRight(learningRates(1)(summary))).toBe(true);
    expect(learningRates(1)({ ...summary, Hbar: [[1], [2], [3]] })).toMatchObject({ left: { _tag: 'WrongLength' } });
  });
});
