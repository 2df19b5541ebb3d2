import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PLATEAU,
  DEFAULT_RATES,
  DEFAULT_TRUST,
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
