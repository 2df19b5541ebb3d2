import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  crossValidate,
  curvatureBound,
  curvatureVariance,
  DEFAULT_RATES,
  joinSlices,
  learningRates,
  type MeasuredSummary,
  NOISE_AWARE_RATES,
  type RatesOptions,
  updateRates,
} from '../src/index.js';
import { right } from './perceptron.js';
import { definiteSlices, rescaled, S, scales } from './summaries.js';

const single = (count: number, gbar: number, Hbar: number): MeasuredSummary => ({
  count,
  loss: 1,
  gbar: [gbar],
  Hbar: [[Hbar]],
  D3: [0],
});

describe('the sampling variance of H̄', () => {
  it('is without bias: over all samples its mean is the variance of H̄, slices of unequal length', () => {
    // Six examples, each with curvature 1 or 4 at even odds, in slices of 1, 2 and 3.
    const outcomes = Array.from({ length: 2 ** 6 }, (_, bits) => {
      const examples = Array.from({ length: 6 }, (_, i) => ((bits >> i) & 1 ? 4 : 1));
      const slices = [examples.slice(0, 1), examples.slice(1, 3), examples.slice(3)];
      const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b) / x.length;
      return joinSlices(slices.map((slice) => single(slice.length, 0, mean(slice))));
    });
    const mean = (of: (i: number) => number): number =>
      outcomes.reduce((sum, _, i) => sum + of(i), 0) / outcomes.length;
    const H = mean((i) => outcomes[i]!.Hbar[0]![0]!);
    const variance = mean((i) => (outcomes[i]!.Hbar[0]![0]! - H) ** 2);
    expect(variance).toBeCloseTo(2.25 / 6, 12);
    expect(mean((i) => curvatureVariance(outcomes[i]!)[0]![0]!)).toBeCloseTo(variance, 12);
  });
});

describe('the bound on the error of H̄', () => {
  const errors = fc.array(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: S, maxLength: S }), {
    minLength: S,
    maxLength: S,
  });

  it('outweighs every error within one standard error of each entry', () => {
    fc.assert(
      fc.property(definiteSlices(4), errors, (slices, fractions) => {
        const joined = joinSlices(slices);
        const variance = curvatureVariance(joined);
        const bound = curvatureBound(joined.Hbar, variance);
        const raised = variance.map((row, s) =>
          row.map((x, t) => {
            const fraction = fractions[Math.min(s, t)]![Math.max(s, t)]! / 100;
            return fraction * Math.sqrt(x) + (s === t ? bound[s]! : 0);
          }),
        );
        const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(raised), { assumeSymmetric: true });
        expect(Math.min(...realEigenvalues)).toBeGreaterThan(-1e-12);
      }),
    );
  });

  it('scales with the groups', () => {
    fc.assert(
      fc.property(definiteSlices(4), scales, (slices, alpha) => {
        const [plain, scaled] = [slices, slices.map((slice) => rescaled(alpha, slice))].map((each) => {
          const joined = joinSlices(each);
          return curvatureBound(joined.Hbar, curvatureVariance(joined));
        });
        scaled!.forEach((x, s) => {
          expect(Math.abs(x / alpha[s]! ** 2 - plain![s]!)).toBeLessThan(1e-9 * plain![s]! + 1e-300);
        });
      }),
    );
  });

  it('is 0 for a group without curvature, and does not count it', () => {
    const Hbar = [
      [2, 1],
      [1, 0],
    ];
    const variance = [
      [0.04, 0.09],
      [0.09, 0],
    ];
    const [held, free] = curvatureBound(Hbar, variance);
    expect(held).toBeCloseTo(0.2, 15);
    expect(free).toBe(0);
  });
});

describe('cross-validation', () => {
  it('believes slices that agree', () => {
    const eta = [0.5];
    const folds = [1, 2, 3].map(() => ({ heldOut: single(5, 1, 2), eta }));
    expect(crossValidate(folds)).toEqual({ factor: 1, decrease: 0.25, folds: 3 });
  });

  it('believes nothing of slices that contradict each other, and nothing without a fold', () => {
    const folds = [
      { heldOut: single(5, 1, 1), eta: [-1] },
      { heldOut: single(5, -1, 1), eta: [1] },
    ];
    expect(crossValidate(folds)).toEqual({ factor: 0, decrease: 0, folds: 2 });
    expect(crossValidate([])).toEqual({ factor: 0, decrease: 0, folds: 0 });
  });

  it('believes all of a step along which the held-out loss only falls faster', () => {
    expect(crossValidate([{ heldOut: single(1, 1, -2), eta: [1] }])).toEqual({ factor: 1, decrease: 2, folds: 1 });
  });

  it('chooses the length that lowers the held-out losses most, among those from 0 to 1', () => {
    fc.assert(
      fc.property(definiteSlices(4), fc.integer({ min: 0, max: 100 }), (slices, percent) => {
        const folds = slices.map((heldOut, i) => {
          const others = joinSlices(slices.filter((_, j) => j !== i));
          return { heldOut, eta: right(learningRates(1)(others)).eta };
        });
        const examples = slices.reduce((sum, { count }) => sum + count, 0);
        const decreaseOf = (c: number): number =>
          folds.reduce((sum, { heldOut: { count, gbar, Hbar }, eta }) => {
            const slope = gbar.reduce((dot, g, s) => dot + g * eta[s]!, 0);
            const bend = Hbar.reduce((dot, row, s) => dot + row.reduce((d, h, t) => d + h * eta[s]! * eta[t]!, 0), 0);
            return sum + (count / examples) * (c * slope - 0.5 * c * c * bend);
          }, 0);
        const { factor, decrease } = crossValidate(folds);
        expect(factor).toBeGreaterThanOrEqual(0);
        expect(factor).toBeLessThanOrEqual(1);
        expect(decrease).toBeCloseTo(decreaseOf(factor), 10);
        expect(decreaseOf(percent / 100)).toBeLessThanOrEqual(decrease + 1e-12);
      }),
    );
  });
});

describe('noise-aware rates', () => {
  const options: RatesOptions = { ...NOISE_AWARE_RATES, etaDecay: 0 };
  const H = [
    [2, 0.5],
    [0.5, 1],
  ];
  const slice = (gbar: readonly number[], Hbar: readonly (readonly number[])[] = H): MeasuredSummary => ({
    count: 10,
    loss: 1,
    gbar,
    Hbar,
    D3: [0.3, 0.2],
  });

  it('of slices that are all the same are the plain ones', () => {
    const slices = joinSlices([1, 2, 3, 4].map(() => slice([1, 0.7])));
    const { rates, shrinkage } = updateRates(options)({}, slices);
    const plain = updateRates({ ...DEFAULT_RATES, lambda1: 1, etaDecay: 0 })({}, slices).rates;
    rates.forEach((rate, s) => {
      expect(rate).toBeCloseTo(plain[s]!, 12);
    });
    expect(shrinkage!.factor).toBe(1);
  });

  it('do not move on a gradient that is noise', () => {
    const slices = joinSlices([slice([1, 1]), slice([-1, -1]), slice([1.1, 1.1]), slice([-1.1, -1.1])]);
    const { rates, shrinkage } = updateRates(options)({}, slices);
    expect(rates.every((rate) => rate === 0)).toBe(true);
    expect(shrinkage!.factor).toBe(0);
  });

  it('do not leap where a small curvature is noise', () => {
    const noisy = [0.5, -0.3, 0.2, -0.36].map((x) =>
      slice(
        [1, 1],
        [
          [2, 0],
          [0, x],
        ],
      ),
    );
    const flat = noisy.map((x) => ({ ...x, D3: [0.3, 1e-4] }));
    const plain = updateRates({ ...options, noise: { kind: 'ignore' } })({}, joinSlices(flat)).rates;
    const aware = updateRates({ ...options, noise: { kind: 'aware', standardErrors: 1, crossValidated: false } })(
      {},
      joinSlices(flat),
    ).rates;
    // H̄ = 0.01 with a standard error of 0.21.
    expect(plain[1]).toBeGreaterThan(50);
    expect(aware[1]).toBeLessThan(5);
    // The leap had taken up the cubic term's length, which the other group now has back.
    expect(aware[0]).toBeGreaterThan(plain[0]!);
  });

  it('know the error of an average: it falls with the number of summaries', () => {
    const average: RatesOptions = { ...options, summaryAverage: { kind: 'uniform', count: 4, warmUp: 1 } };
    const measured = joinSlices(
      [0.5, 1.5, 0.7, 1.3].map((x) =>
        slice(
          [1, 1],
          [
            [2, 0],
            [0, x],
          ],
        ),
      ),
    );
    const states = [1, 2, 3].reduce(
      (all) => [...all, updateRates(average)(all.at(-1)!, measured).state],
      [updateRates(average)({}, measured).state],
    );
    const variances = states.map(({ summary }) => summary!.variance![1]![1]!);
    variances.forEach((variance, i) => {
      expect(variance).toBeCloseTo(variances[0]! / (i + 1), 12);
    });
  });

  it('keep the last valid η where the solver refuses', () => {
    const good = joinSlices([1, 2, 3].map(() => slice([1, 0.7])));
    const first = updateRates(options)({}, good);
    const bad = joinSlices([1, 2, 3].map(() => ({ ...slice([1, Number.NaN]) })));
    const second = updateRates(options)(first.state, bad);
    expect(second.solved).toMatchObject({ left: { _tag: 'NotFinite' } });
    expect(second.rates).toEqual(first.rates);
    expect(second.shrinkage).toBeUndefined();
  });

  it('say of how many slices the others had an answer', () => {
    // Without slice 2 the mean curvature along the first group is −1, where no cubic term acts.
    const held = [-1, -1, 4].map((h) => ({
      ...slice(
        [1, 1],
        [
          [h, 0],
          [0, 1],
        ],
      ),
      D3: [0, 0],
    }));
    const unraised: RatesOptions = { ...options, noise: { kind: 'aware', standardErrors: 0, crossValidated: true } };
    const { solved, shrinkage } = updateRates(unraised)({}, joinSlices(held));
    expect(solved._tag).toBe('Right');
    expect(shrinkage!.folds).toBe(2);
    const alike = joinSlices([1, 2, 3, 4].map(() => slice([1, 0.7])));
    expect(updateRates(unraised)({}, alike).shrinkage!.folds).toBe(4);
  });

  it('need slices', () => {
    expect(() => updateRates(options)({}, slice([1, 1]))).toThrow('make it with joinSlices');
    expect(() => joinSlices([slice([1, 1])])).toThrow('1 slices say nothing of a sampling error');
    expect(() => joinSlices([slice([1, 1]), { ...slice([1, 1]), count: 0 }])).toThrow('slice 1 holds no example');
  });
});
