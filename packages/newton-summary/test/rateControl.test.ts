import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PLATEAU,
  DEFAULT_RATES,
  DEFAULT_TRUST,
  joinSlices,
  type MeasuredSummary,
  type RateControlState,
  rateControl,
  updateRates,
} from '../src/index.js';

/** L(w) = ½w² at w = 1 along its gradient: η = 1 is exact, the predicted decrease ½. */
const summary: MeasuredSummary = { count: 10, loss: 0.5, gbar: [1], Hbar: [[1]], D3: [0] };
const rates = { ...DEFAULT_RATES, lambda1: 1, etaDecay: 0 };
const stored = (state: RateControlState): RateControlState => JSON.parse(JSON.stringify(state));

describe('the control of a run’s rates', () => {
  it('is updateRates where nothing else is asked for, and records what steps do', () => {
    const control = rateControl({ rates });
    const first = control.summarized(control.initial, summary);
    expect(first.rates).toEqual(updateRates(rates)({}, summary).rates);
    const { outcome, predicted, verdict, rates: after } = control.judged(stored(first.state), 7);
    expect(outcome).toBe('accepted');
    expect(predicted).toEqual({ slope: 1, bend: 0.5, decrease: 0.5, error: 0 });
    expect(verdict).toMatchObject({ decrease: -6.5, overlong: false });
    expect(verdict.agreement).toBeCloseTo(-13, 5);
    expect(after).toEqual(first.rates);
    expect(control.judged(first.state, Number.NaN)).toMatchObject({ outcome: 'accepted', rates: first.rates });
    expect(JSON.stringify(control.judged(first.state, 0.1).state)).not.toContain('"model"');
  });

  it('is the same from a checkpoint after a summary that is not finite: the step is taken back', () => {
    const control = rateControl({ rates, trust: DEFAULT_TRUST });
    const good = control.judged(control.summarized(control.initial, summary).state, 0);
    const overflowed = { count: 10, loss: 0.1, gbar: [Number.NaN], Hbar: [[Number.NaN]], D3: [Number.NaN] };
    const { state } = control.summarized(good.state, overflowed);
    const [live, resumed] = [state, stored(state)].map((from) => control.judged(from, 0.05));
    expect(live!.outcome).toBe('again');
    expect(resumed!.outcome).toBe('again');
    expect(resumed!.state.trust).toEqual(live!.state.trust);
  });

  it('compares later batches with the loss that it is told, where the step is judged by another', () => {
    const control = rateControl({ rates, trust: DEFAULT_TRUST });
    const slice = { ...summary, count: 5 };
    const sliced = joinSlices([
      { ...slice, loss: 0.49 },
      { ...slice, loss: 0.51 },
    ]);
    const { state } = control.summarized(control.initial, sliced);
    const [same, other] = [control.judged(state, 0), control.judged(state, 0, 3)];
    expect(other.verdict).toEqual(same.verdict);
    expect(control.seen(same.state, 3, 10).outcome).toBe('back');
    expect(control.seen(other.state, 3, 10).outcome).toBe('on');
  });

  it('halves a step until it does what its model says', () => {
    const control = rateControl({ rates, trust: DEFAULT_TRUST });
    // The model says ½a² − a; the loss has a wall beyond a = 0.3.
    const lossAt = (a: number): number => (a > 0.3 ? 100 : 0.5 * (1 - a) ** 2);
    let now: { state: RateControlState; rates: readonly number[] } = control.summarized(control.initial, summary);
    const tried: number[] = [];
    for (let outcome = 'again'; outcome === 'again'; ) {
      tried.push(now.rates[0]!);
      const judged = control.judged(stored(now.state), lossAt(now.rates[0]!));
      outcome = judged.outcome;
      now = judged;
    }
    expect(tried).toEqual([1, 0.5, 0.25]);
    // It agreed, so the scale grows back with the steps that follow.
    expect(now.rates).toEqual([0.5]);
  });

  it('gives a step up at the smallest scale, and moves nothing until the next summary', () => {
    const control = rateControl({ rates, trust: { ...DEFAULT_TRUST, smallest: 0.25 } });
    let now: { state: RateControlState; rates: readonly number[] } = control.summarized(control.initial, summary);
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'abandoned') {
      const judged = control.judged(now.state, 100);
      outcomes.push(judged.outcome);
      now = judged;
    }
    expect(outcomes).toEqual(['again', 'again', 'abandoned']);
    expect(now.rates).toEqual([0]);
    expect(control.summarized(stored(now.state), summary).rates).toEqual([0.25]);
  });

  it('shortens averaged rates that have become too long for a new summary', () => {
    const averaging = rateControl({ rates: { ...rates, etaDecay: 0.9 }, trust: DEFAULT_TRUST });
    const long = averaging.judged(averaging.summarized(averaging.initial, summary).state, 0);
    // The curvature has grown a thousandfold: η̄ = 0.9 where 0.001 is right.
    const steep = { ...summary, Hbar: [[1000]] };
    const lossAt = (a: number): number => 0.5 - a + 500 * a * a;
    let now: { state: RateControlState; rates: readonly number[] } = averaging.summarized(long.state, steep);
    for (let outcome = 'again'; outcome === 'again'; ) {
      const judged = averaging.judged(now.state, lossAt(now.rates[0]!));
      expect(judged.verdict.overlong).toBe(judged.outcome === 'again');
      if (judged.outcome === 'accepted') expect(lossAt(now.rates[0]!)).toBeLessThan(0.5);
      outcome = judged.outcome;
      now = judged;
    }
  });

  it('shortens steps on a plateau, besides', () => {
    const control = rateControl({ rates, trust: DEFAULT_TRUST, plateau: { ...DEFAULT_PLATEAU, patience: 0 } });
    const flat = [3, 3, 3].reduce((state, loss) => control.epochEnded(stored(state), loss), control.initial);
    expect(control.summarized(flat, summary).rates).toEqual([0.25]);
    const without = rateControl({ rates });
    expect(without.epochEnded(without.initial, 3)).toBe(without.initial);
  });

  it('judges no step without a summary', () => {
    const control = rateControl({ rates });
    expect(() => control.judged(control.initial, 1)).toThrow('measure one first');
    const { state } = control.judged(control.summarized(control.initial, summary).state, 0);
    expect(() => control.judged(state, 0)).toThrow('measure one first');
  });
});

describe('a loss that rises between summaries', () => {
  const control = rateControl({ rates, trust: DEFAULT_TRUST });
  /** Slices of 5 examples with these mean losses; L(w) = ½w² as above. */
  const sliced = (...losses: readonly number[]): MeasuredSummary =>
    joinSlices(losses.map((loss) => ({ ...summary, count: 5, loss })));
  const accepted = (state: RateControlState, measured: MeasuredSummary): RateControlState => {
    const { state: next, outcome } = control.judged(control.summarized(state, measured).state, measured.loss - 0.5);
    expect(outcome).toBe('accepted');
    return stored(next);
  };

  it('takes steps back from where sampling noise ends', () => {
    // One example's variance: 5·(0.2² + 0.2²)/(2 − 1) = 0.4; the step brought 0.7 to 0.2.
    const state = accepted(control.initial, sliced(0.5, 0.9));
    expect(state.level).toEqual({
      loss: expect.closeTo(0.2, 12),
      count: 10,
      variance: expect.closeTo(0.4, 12),
      freedom: 1,
    });
    // Beside Student's t at the one-sided probability of 4 standard deviations, 3.17e-5: 17.4, 5.04 and 4.47 (scipy.stats.t.isf).
    for (const [freedom, errors] of [
      [4, 12.2578125],
      [20, 5.0103125],
      [40, 4.465078125],
    ] as const) {
      const known = { ...state, level: { ...state.level!, freedom } };
      for (const count of [1, 10, 1000]) {
        const least = 0.2 + errors * Math.sqrt(0.4 * (1 / 10 + 1 / count));
        expect(control.seen(known, least * (1 - 1e-9), count)).toEqual({ state: known, outcome: 'on' });
        expect(control.seen(known, least * (1 + 1e-9), count).outcome).toBe('back');
      }
    }
    expect(control.seen(state, -1e9, 10).outcome).toBe('on');
    expect(control.seen(state, Number.NaN, 10).outcome).toBe('back');
  });

  it('shortens the steps, which the next verdict does not lengthen and the one after it does', () => {
    const back = control.seen(accepted(control.initial, sliced(0.5, 0.9)), 100, 10).state;
    expect(back.trust.scale).toBe(0.5);
    const again = control.summarized(stored(back), sliced(0.5, 0.9));
    expect(again.rates).toEqual([0.5]);
    const first = control.judged(again.state, 0.7 - 0.375);
    expect([first.outcome, first.rates]).toEqual(['accepted', [0.5]]);
    const second = control.judged(control.summarized(stored(first.state), sliced(0.5, 0.9)).state, 0.7 - 0.375);
    expect([second.outcome, second.rates]).toEqual(['accepted', [1]]);
  });

  it('stays cautious while a step is tried again', () => {
    const back = control.seen(accepted(control.initial, sliced(0.5, 0.9)), 100, 10).state;
    const rejected = control.judged(control.summarized(back, sliced(0.5, 0.9)).state, 100);
    expect([rejected.outcome, rejected.rates]).toEqual(['again', [0.25]]);
    const tried = control.judged(stored(rejected.state), 0.7 - 0.21875);
    expect([tried.outcome, tried.rates]).toEqual(['accepted', [0.25]]);
    // The variance is of two summaries, the rejected one's not twice.
    expect(tried.state.level!.freedom).toBe(2);
  });

  it('knows the variance as the mean over up to ten summaries, then as a moving one', () => {
    let state = control.initial;
    const variances: number[] = [];
    for (let i = 1; i <= 12; i++) {
      const spread = 0.1 * i;
      variances.push(5 * 2 * spread ** 2);
      state = accepted(state, sliced(0.7 - spread, 0.7 + spread));
      const mean = variances.slice(0, 10).reduce((a, b) => a + b) / Math.min(i, 10);
      const wanted = variances.slice(10).reduce((moving, v) => 0.9 * moving + 0.1 * v, mean);
      expect(state.level!.variance).toBeCloseTo(wanted, 12);
      expect(state.level!.freedom).toBe(Math.min(i, 10));
    }
  });

  it.each([
    ['without trust', rateControl({ rates }), sliced(0.5, 0.9), 0.2],
    ['without slices', control, summary, 0],
    [
      'after an abandoned step',
      rateControl({ rates, trust: { ...DEFAULT_TRUST, smallest: 1 } }),
      sliced(0.5, 0.9),
      100,
    ],
  ] as const)('goes on %s', (_, of, measured, after) => {
    const { state } = of.judged(of.summarized(of.initial, measured).state, after);
    expect(of.seen(state, 1e9, 10)).toEqual({ state, outcome: 'on' });
  });
});
