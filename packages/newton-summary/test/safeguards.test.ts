import { evaluate } from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PLATEAU,
  DEFAULT_TRUST,
  dampOnPlateau,
  FULL_TRUST,
  joinSlices,
  judgeStep,
  learningRates,
  NO_PLATEAU,
  type PlateauOptions,
  type PlateauState,
  predictDecrease,
  type TrustState,
} from '../src/index.js';
import { evaluateSummary, perceptron, right, run } from './perceptron.js';
import { definite } from './summaries.js';

describe('the predicted decrease', () => {
  it('is the loss’s own to second order: the error falls with the cube of the step', () => {
    const problem = perceptron({ examples: 9, seed: 5 });
    const summary = evaluateSummary(problem, problem.batch, 9);
    const zeros = { step: { shape: [], data: Float64Array.of(0) } };
    const along = run(problem.graphs.direction, { ...problem.start, ...zeros, ...problem.batch });
    const errorAt = (size: number): number => {
      const a = [1, -0.5, 0.8, 0.3].map((x) => size * x);
      const rates = { shape: [4], data: Float64Array.from(a) };
      const next = run(problem.graphs.apply, { ...problem.start, ...along, rates });
      const moved = Object.fromEntries(Object.keys(problem.start).map((name) => [name, next[`next.${name}`]!]));
      const after = evaluate([problem.loss], { ...moved, ...problem.batch })[0]!.data[0]!;
      return Math.abs(summary.loss - after - predictDecrease(summary)(a).decrease);
    };
    const [coarse, fine] = [errorAt(0.4), errorAt(0.2)];
    expect(coarse).toBeGreaterThan(1e-7);
    expect(coarse / fine).toBeGreaterThan(7);
    expect(coarse / fine).toBeLessThan(9);
  });

  it('exceeds the solver’s by the cubic term, for its own η', () => {
    fc.assert(
      fc.property(definite, (summary) => {
        const { eta, r, certificate } = right(learningRates(1)(summary));
        const { decrease } = predictDecrease(summary)(eta);
        expect(decrease - r ** 3 / 6).toBeCloseTo(certificate.predictedDecrease, 9);
      }),
    );
  });

  it('knows its standard error from the slices', () => {
    const slices = [1, 2, 3, 6].map((g) => ({ count: 5, loss: 1, gbar: [g], Hbar: [[2 * g]], D3: [0] }));
    // At a = 0.5 a slice predicts g/2 − g/4: a quarter of 1, 2, 3, 6, whose variance is 14/3.
    const { decrease, error } = predictDecrease(joinSlices(slices))([0.5]);
    expect(decrease).toBeCloseTo(0.75, 14);
    expect(error).toBeCloseTo(Math.sqrt(14 / 3 / 4) / 4, 14);
  });

  it('of no step is none', () => {
    expect(
      predictDecrease({
        gbar: [1, 2],
        Hbar: [
          [1, 0],
          [0, 1],
        ],
      })([0, 0]),
    ).toEqual({ slope: 0, bend: 0, decrease: 0, error: 0 });
  });
});

describe('the trust safeguard', () => {
  const judge = judgeStep(DEFAULT_TRUST);
  /** A minimiser of its model: slope 2, bend 1, predicted decrease 1. */
  const predicted = { slope: 2, bend: 1, decrease: 1, error: 0 };
  const after = (actual: number, scale = 0.5) => judge({ scale }, { predicted, before: 10, after: 10 - actual });

  it.each([
    ['a decrease as predicted', 1, true, 1],
    ['more than predicted', 3, true, 1],
    ['three fifths of it', 0.6, true, 0.5],
    ['a tenth of it', 0.1, true, 0.25],
    ['an increase', -0.1, false, 0.25],
    ['a leap', -1e9, false, 0.25],
  ])('after %s', (_, actual, accepted, scale) => {
    const verdict = after(actual);
    expect(verdict.accepted).toBe(accepted);
    expect(verdict.state.scale).toBe(scale);
    expect(verdict.decrease).toBeCloseTo(actual, 6);
    expect(verdict.agreement).toBeCloseTo(actual, 4);
  });

  it('takes back a step after which the loss is not finite', () => {
    for (const loss of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const verdict = judge(FULL_TRUST, { predicted, before: 10, after: loss });
      expect(verdict).toMatchObject({ accepted: false, agreement: Number.NEGATIVE_INFINITY, state: { scale: 0.5 } });
    }
  });

  it('never exceeds 1 nor falls below its smallest scale', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -30, max: 30 }), { maxLength: 60 }), (actuals) => {
        actuals.reduce<TrustState>((state, actual) => {
          const { scale } = judge(state, { predicted, before: 10, after: 10 - actual / 10 }).state;
          expect(scale).toBeGreaterThanOrEqual(DEFAULT_TRUST.smallest);
          expect(scale).toBeLessThanOrEqual(1);
          return { scale };
        }, FULL_TRUST);
      }),
    );
  });

  it('does not depend on the scale of the loss', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 }), (actual, exponent) => {
        const a = 2 ** exponent;
        const louder = judge(
          { scale: 0.5 },
          {
            predicted: { slope: 2 * a, bend: a, decrease: a, error: 0 },
            before: 10 * a,
            after: (10 - actual / 8) * a,
          },
        );
        expect(louder.agreement).toBeCloseTo(after(actual / 8).agreement, 9);
      }),
    );
  });

  it('does not take rounding for a contradiction', () => {
    const tiny = { slope: 2e-9, bend: 1e-9, decrease: 1e-9, error: 0 };
    expect(judge({ scale: 1 }, { predicted: tiny, before: 2.3, after: 2.3000002 })).toMatchObject({
      accepted: true,
      agreement: 1,
    });
    expect(judge({ scale: 1 }, { predicted: tiny, before: 2.3, after: 2.31 }).accepted).toBe(false);
  });

  it('lets a step that its own batch advises against be, where the model says so truly', () => {
    const uphill = { slope: -1, bend: 0.5, decrease: -1.5, error: 0 };
    expect(judge({ scale: 1 }, { predicted: uphill, before: 10, after: 11.5 })).toMatchObject({ accepted: true });
    expect(judge({ scale: 1 }, { predicted: uphill, before: 10, after: 14 }).accepted).toBe(false);
  });

  it('takes back a step that its own model finds more than twice too long, unless noise may be why', () => {
    const long = { slope: 1, bend: 4, decrease: -3, error: 0 };
    const outcome = { before: 10, after: 13 };
    expect(judge({ scale: 1 }, { predicted: long, ...outcome })).toMatchObject({
      accepted: false,
      overlong: true,
      agreement: 1,
      state: { scale: 0.5 },
    });
    const noisy = { ...long, error: 2 };
    expect(judge({ scale: 1 }, { predicted: noisy, ...outcome })).toMatchObject({ accepted: true, overlong: false });
    const half = { slope: 0.5, bend: 1, decrease: -0.5, error: 0 };
    const quarter = { slope: 0.25, bend: 0.25, decrease: 0, error: 0 };
    expect(judge({ scale: 1 }, { predicted: half, before: 10, after: 10.5 }).overlong).toBe(true);
    expect(judge({ scale: 1 }, { predicted: quarter, before: 10, after: 10 }).overlong).toBe(false);
  });

  it('has nothing to say of a step that was not taken', () => {
    const none = { slope: 0, bend: 0, decrease: 0, error: 0 };
    expect(judge({ scale: 1 }, { predicted: none, before: 2, after: 2 })).toMatchObject({
      accepted: true,
      agreement: 1,
    });
  });
});

describe('damping on a plateau', () => {
  const scalesOf = (options: Partial<PlateauOptions>, losses: readonly number[]): readonly number[] => {
    const damp = dampOnPlateau({ ...DEFAULT_PLATEAU, ...options });
    let state: PlateauState = NO_PLATEAU;
    return losses.map((loss) => {
      state = damp(state, loss);
      return state.scale;
    });
  };

  it('halves after more epochs without improvement than its patience', () => {
    expect(scalesOf({ patience: 2 }, [5, 5, 5, 5, 5, 5, 5])).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25]);
    expect(scalesOf({ patience: 0 }, [5, 5, 5])).toEqual([1, 0.5, 0.25]);
  });

  it('never damps a loss that keeps falling by more than the threshold', () => {
    expect(scalesOf({ patience: 0, threshold: 0.1 }, [10, 8, 7, 6, 5])).toEqual([1, 1, 1, 1, 1]);
    expect(scalesOf({ patience: 0, threshold: 0.1 }, [10, 9.5, 9.2])).toEqual([1, 0.5, 0.25]);
  });

  it('measures a negative loss by its size', () => {
    expect(scalesOf({ patience: 0, threshold: 0.1 }, [-10, -10.5, -12])).toEqual([1, 0.5, 0.5]);
  });

  it('counts nothing while it cools down, but remembers the best', () => {
    expect(scalesOf({ patience: 0, cooldown: 2 }, [5, 5, 5, 5, 5])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
    expect(scalesOf({ patience: 0, cooldown: 1 }, [5, 5, 3, 4])).toEqual([1, 0.5, 0.5, 0.25]);
  });

  it('stops at its smallest scale', () => {
    expect(scalesOf({ patience: 0, smallest: 0.3 }, [5, 5, 5, 5])).toEqual([1, 0.5, 0.3, 0.3]);
  });

  it('takes a loss that is not a number for no improvement', () => {
    expect(scalesOf({ patience: 1 }, [5, Number.NaN, Number.NaN])).toEqual([1, 1, 0.5]);
    expect(scalesOf({ patience: 0 }, [Number.NaN, 5, 4])).toEqual([0.5, 0.5, 0.5]);
  });

  it('resumes from its state as JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 20 }), (losses) => {
        const [through, resumed] = [(s: PlateauState) => s, (s: PlateauState) => JSON.parse(JSON.stringify(s))].map(
          (pass) => losses.reduce<PlateauState>((s, loss) => pass(dampOnPlateau(DEFAULT_PLATEAU)(s, loss)), NO_PLATEAU),
        );
        expect(resumed).toEqual(through);
      }),
    );
  });
});
