import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  joinSlices,
  type MeasuredSummary,
  NOISE_AWARE_RATES,
  type Rates,
  type RatesOptions,
  type RatesState,
  ratesOptions,
  type SummaryNumbers,
  updateRates,
} from '../src/index.js';
import { right } from './perceptron.js';
import { definite, definiteSlices, S } from './summaries.js';

const plain: Partial<RatesOptions> = { lambda1: 1, etaDecay: 0.5, clipNegative: 'never' };

/** What each of a series of summaries leads to; between two of them the state passes through a checkpoint. */
const follow = (given: Partial<RatesOptions>, series: readonly SummaryNumbers[]): readonly Rates[] => {
  const update = updateRates(right(ratesOptions(S)({ ...plain, ...given })));
  let state: RatesState = {};
  return series.map((summary) => {
    const now = update(state, summary);
    expect(JSON.stringify(now.state)).not.toContain('null');
    state = JSON.parse(JSON.stringify(now.state));
    return now;
  });
};

/** A checkpoint forgets the sign of −0. */
const unsigned = (rates: readonly number[]): readonly number[] => rates.map((x) => x + 0);

const index = fc.nat({ max: S - 1 });

/** Where a number of a summary is replaced, and by what. */
const fault = fc.record({
  tensor: fc.constantFrom('gbar', 'Hbar', 'D3'),
  s: index,
  t: index,
  value: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
});

type Fault = typeof fault extends fc.Arbitrary<infer A> ? A : never;

const broken = <A extends SummaryNumbers>(summary: A, { tensor, s, t, value }: Fault): A => ({
  ...summary,
  ...(tensor === 'Hbar'
    ? { Hbar: summary.Hbar.with(s, summary.Hbar[s]!.with(t, value)) }
    : { [tensor]: summary[tensor as 'gbar' | 'D3'].with(s, value) }),
});

interface Entry {
  readonly summary: SummaryNumbers;
  readonly sound: boolean;
}

const whole: fc.Arbitrary<Entry> = fc
  .tuple(definite, fc.option(fault))
  .map(([summary, at]) => ({ summary: at ? broken(summary, at) : summary, sound: at === null }));

const sliced: fc.Arbitrary<Entry> = fc.tuple(definiteSlices(3), index, fc.option(fault)).map(([slices, i, at]) => ({
  summary: joinSlices(at ? (slices.with(i, broken(slices[i]!, at)) as readonly MeasuredSummary[]) : slices),
  sound: at === null,
}));

const options: readonly (readonly [string, Partial<RatesOptions>, fc.Arbitrary<Entry>])[] = [
  ['plain', {}, whole],
  ['without the cubic term', { lambdaInt: 0 }, whole],
  ['of the diagonal alone', { diagonal: true }, whole],
  ['of an exponential average', { summaryAverage: { kind: 'exponential', decay: 0.5 } }, whole],
  ['of its diagonal', { summaryAverage: { kind: 'exponential', decay: 0.5 }, diagonal: true }, whole],
  ['of a uniform average that warms up', { summaryAverage: { kind: 'uniform', count: 3, warmUp: 3 } }, whole],
  ['of an averaged d', { dDecay: 0.9 }, whole],
  ['under a cap', { limit: { kind: 'running-median', window: 2, factor: 1 } }, whole],
  ['that mind the noise', { noise: NOISE_AWARE_RATES.noise }, sliced],
  [
    'that mind the noise of an average',
    { noise: NOISE_AWARE_RATES.noise, summaryAverage: { kind: 'exponential', decay: 0.5 }, diagonal: true },
    sliced,
  ],
];

describe('a summary with a number that is not finite', () => {
  it.each(options)('leaves rates %s as they are without it, from then on', (_, given, entry) => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const all = follow(
          given,
          entries.map(({ summary }) => summary),
        );
        const sound = entries.filter((e) => e.sound);
        const without = follow(
          given,
          sound.map(({ summary }) => summary),
        );
        const after = all.filter((__, i) => entries[i]!.sound);
        expect(after.map(({ rates }) => rates)).toEqual(without.map(({ rates }) => rates));
        expect(after.map(({ warmingUp }) => warmingUp)).toEqual(without.map(({ warmingUp }) => warmingUp));
        if (sound.length > 0) expect(JSON.stringify(all.at(-1)!.state)).toBe(JSON.stringify(without.at(-1)!.state));
      }),
      { numRuns: 60 },
    );
  });

  it.each(options)(
    'is refused as NotFinite where rates are %s, and moves at the rates that were',
    (_, given, entry) => {
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
          const all = follow(
            given,
            entries.map(({ summary }) => summary),
          );
          all.forEach(({ solved, rates }, i) => {
            if (entries[i]!.sound) return;
            expect(solved).toMatchObject({ left: { _tag: 'NotFinite' } });
            expect(unsigned(rates)).toEqual(i > 0 ? unsigned(all[i - 1]!.rates) : new Array(S).fill(0));
          });
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each([false, true])(
    'is what finite slices make whose sampling error overflows; the diagonal alone: %s',
    (diagonal) => {
      const slice = (h: number): MeasuredSummary => ({
        count: 5,
        loss: 1,
        gbar: [1, 1, 1],
        Hbar: [
          [2, h, 0],
          [h, 2, 0],
          [0, 0, 2],
        ],
        D3: [1, 1, 1],
      });
      const sound = joinSlices([slice(0), slice(0.1)]);
      const overflowing = joinSlices([slice(1e160), slice(-1e160)]);
      const given: Partial<RatesOptions> = {
        noise: NOISE_AWARE_RATES.noise,
        summaryAverage: { kind: 'exponential', decay: 0.5 },
        diagonal,
      };
      const [, refused, after] = follow(given, [sound, overflowing, sound]);
      expect(refused!.solved).toMatchObject({ left: { _tag: 'NotFinite' } });
      expect(after!.rates).toEqual(follow(given, [sound, sound])[1]!.rates);
    },
  );

  it('does not count in a warm-up: the state says how many have entered', () => {
    const summary = {
      gbar: [1, 1, 1],
      Hbar: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      D3: [0, 0, 0],
    };
    const series = [broken(summary, { tensor: 'gbar', s: 0, t: 0, value: Number.NaN }), summary];
    const all = follow({ summaryAverage: { kind: 'uniform', count: 2, warmUp: 2 } }, series);
    expect(all.map(({ state }) => state.seen)).toEqual([0, 1]);
    expect(all.map(({ warmingUp }) => warmingUp)).toEqual([true, true]);
  });
});

describe('a summary that the solver refuses for its finite numbers', () => {
  it('enters the averages: it was measured', () => {
    const diagonal = (h: number): SummaryNumbers => ({
      gbar: [1, 1, 1],
      Hbar: [
        [h, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      D3: [0, 0, 0],
    });
    const given: Partial<RatesOptions> = { summaryAverage: { kind: 'exponential', decay: 0.5 } };
    const [, refused, after] = follow(given, [diagonal(1), diagonal(-3), diagonal(5)]);
    expect(refused!.solved).toMatchObject({ left: { _tag: 'Unbounded' } });
    expect(refused!.state).toMatchObject({
      seen: 2,
      summary: {
        Hbar: [
          [-1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
      },
    });
    expect(after!.summary.Hbar[0]![0]).toBe(2);
  });
});

describe('numbers of groups', () => {
  const summaryOf = (groups: number): MeasuredSummary => {
    const ones = new Array<number>(groups).fill(1);
    return {
      count: 5,
      loss: 1,
      gbar: ones,
      Hbar: ones.map((_, s) => ones.map((__, t) => (s === t ? 1 : 0))),
      D3: ones,
    };
  };
  const everything: RatesOptions = right(
    ratesOptions(2)({
      summaryAverage: { kind: 'uniform', count: 3, warmUp: 1 },
      dDecay: 0.5,
      limit: { kind: 'running-median', window: 3, factor: 2 },
    }),
  );

  it('that differ between a state and a summary are refused, whatever part of the state has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (before, now) => {
        const { state } = updateRates(everything)({}, summaryOf(before));
        const parts = Object.entries(state).filter(([name]) => name !== 'seen');
        expect(parts.map(([name]) => name).sort()).toEqual(['d', 'eta', 'past', 'summary', 'window']);
        for (const [name, part] of parts) {
          const next = () => updateRates(everything)({ [name]: part }, summaryOf(now));
          if (now === before) expect(E.isRight(next().solved)).toBe(true);
          else {
            expect(next).toThrow(RangeError);
            expect(next).toThrow(`a summary of ${now} groups cannot follow a state of ${before}`);
          }
        }
      }),
    );
  });

  it('that differ within a summary are refused', () => {
    const two = summaryOf(2);
    for (const odd of [{ D3: [1] }, { gbar: [1, 1, 1] }, { Hbar: [[1, 0]] }, { Hbar: [[1, 0], [0]] }]) {
      expect(() => updateRates(everything)({}, { ...two, ...odd })).toThrow(RangeError);
      expect(() => updateRates(everything)({}, { ...two, ...odd })).toThrow(/gbar is of \d groups and .* of \d/);
    }
  });
});
