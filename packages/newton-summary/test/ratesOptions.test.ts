import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PLATEAU,
  DEFAULT_RATES,
  DEFAULT_TRUST,
  NOISE_AWARE_RATES,
  plateauOptions,
  type RatesOptions,
  ratesOptions,
  trustOptions,
} from '../src/index.js';

const refusal = (given: object, groups = 2) => {
  const checked = ratesOptions(groups)(given as Partial<RatesOptions>);
  if (E.isRight(checked)) throw new Error('it was accepted');
  return checked.left;
};

describe('options of the rates', () => {
  it('that are not given take their defaults', () => {
    expect(ratesOptions(2)({})).toEqual(E.right(DEFAULT_RATES));
    expect(ratesOptions(2)(NOISE_AWARE_RATES)).toEqual(E.right(NOISE_AWARE_RATES));
    expect(ratesOptions(2)({ lambda1: [1, 0.5] })).toEqual(E.right({ ...DEFAULT_RATES, lambda1: [1, 0.5] }));
  });

  it.each([
    [{ lambda1: 0 }, 'lambda1 is 0; it must be a positive number, or one for each group'],
    [{ lambda1: [1, 2, 3] }, 'lambda1 is [1,2,3]; it must be 2 numbers, one for each group'],
    [{ lambda1: [1, -1] }, 'lambda1 is [1,-1]; it must be positive numbers'],
    [{ lambda1: new Array(2) }, 'lambda1 is [null,null]; it must be positive numbers'],
    [{ lambdaInt: -1 }, 'lambdaInt is -1; it must be a number from 0'],
    [{ lambdaInt: Number.NaN }, 'lambdaInt is NaN; it must be a number from 0'],
    [{ etaDecay: 1 }, 'etaDecay is 1; it must be a number from 0 to below 1'],
    [{ dDecay: -0.1 }, 'dDecay is -0.1; it must be a number from 0 to below 1'],
    [{ clipNegative: 'always' }, 'clipNegative is "always"; it must be "before-average" or "when-applied" or "never"'],
    [{ diagonal: 1 }, 'diagonal is 1; it must be true or false'],
    [
      { summaryAverage: { kind: 'uniform', count: 1, warmUp: 1 } },
      'summaryAverage is {"kind":"uniform","count":1,"warmUp":1}; it must be of kind "uniform" with count a whole number from 2',
    ],
    [
      { summaryAverage: { kind: 'uniform', count: 3, warmUp: 4 } },
      'summaryAverage is {"kind":"uniform","count":3,"warmUp":4}; it must be of kind "uniform" with a warmUp of at most its count, for no more summaries are kept',
    ],
    [
      { summaryAverage: { kind: 'exponential', decay: 0 } },
      'summaryAverage is {"kind":"exponential","decay":0}; it must be of kind "exponential" with decay a number between 0 and 1, neither of them',
    ],
    [
      { ridge: { kind: 'absolute', factor: 1, epsilon: 1 } },
      'ridge is {"kind":"absolute","factor":1,"epsilon":1}; it must be without "factor", which kind "absolute" does not read',
    ],
    [
      { ridge: 0.1 },
      'ridge is 0.1; it must be an object whose kind is "none" or "absolute" or "diagonal" or "cubic-metric"',
    ],
    [{ limit: null }, 'limit is null; it must be an object whose kind is "none" or "running-median"'],
  ])('out of range are refused: %j', (given, message) => {
    const option = Object.keys(given)[0];
    expect(refusal(given)).toEqual({ _tag: 'InvalidOption', message, option });
  });

  it('that do not exist are refused, with the ones that do', () => {
    expect(refusal({ lamda1: 1 })).toMatchObject({ _tag: 'UnknownOption', option: 'lamda1' });
    for (const name of Object.keys(DEFAULT_RATES)) expect(refusal({ lamda1: 1 }).message).toContain(name);
  });

  it('without effect beside the others are refused', () => {
    expect(refusal({ dDecay: 0.5, lambdaInt: 0 })).toMatchObject({ _tag: 'DoesNotApply', option: 'dDecay' });
    expect(refusal({ clipNegative: 'when-applied', etaDecay: 0 })).toMatchObject({
      _tag: 'DoesNotApply',
      option: 'clipNegative',
    });
    expect(refusal({ noise: { kind: 'aware', standardErrors: 0, crossValidated: false } })).toMatchObject({
      _tag: 'DoesNotApply',
      option: 'noise',
    });
    const averaged = { dDecay: 0.5, lambdaInt: 0, ridge: { kind: 'cubic-metric', factor: 1 } } as const;
    expect(E.isRight(ratesOptions(2)(averaged))).toBe(true);
  });

  it('never make it throw', () => {
    const names = [...Object.keys(DEFAULT_RATES), 'other'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (given) => {
        const checked = ratesOptions(2)(given as Partial<RatesOptions>);
        if (E.isLeft(checked)) expect(checked.left.message).not.toContain('\n');
      }),
    );
  });
});

describe('options of the safeguards', () => {
  it('that are not given take their defaults', () => {
    expect(trustOptions({})).toEqual(E.right(DEFAULT_TRUST));
    expect(plateauOptions({ patience: 5 })).toEqual(E.right({ ...DEFAULT_PLATEAU, patience: 5 }));
  });

  it('admit thresholds that are equal', () => {
    const equal = { rejectBelow: 0.5, shrinkBelow: 0.5, growAbove: 0.5 };
    expect(trustOptions(equal)).toEqual(E.right({ ...DEFAULT_TRUST, ...equal }));
  });

  it.each([
    [trustOptions({ shrink: 1 }), 'shrink is 1; it must be a number between 0 and 1, neither of them'],
    [trustOptions({ grow: 1 }), 'grow is 1; it must be a number above 1'],
    [trustOptions({ shrinkBelow: -1 }), 'shrinkBelow is -1; it must be at least rejectBelow, 0'],
    [trustOptions({ growAbove: 0.1 }), 'growAbove is 0.1; it must be at least shrinkBelow, 0.25'],
    [trustOptions({ growAbove: 1 }), 'growAbove is 1; it must be below 1, or a perfect step does not count as one'],
    [trustOptions({ risenBy: 0 }), 'risenBy is 0; it must be a positive number'],
    [trustOptions({ smallest: 0 }), 'smallest is 0; it must be a number above 0, at most 1'],
    [plateauOptions({ patience: -1 }), 'patience is -1; it must be a whole number from 0'],
    [plateauOptions({ factor: 2 }), 'factor is 2; it must be a number between 0 and 1, neither of them'],
    [
      plateauOptions({ epochs: 3 } as object),
      'there is no option "epochs"; the options are patience, threshold, factor, cooldown, smallest',
    ],
  ])('out of range are refused', (options, message) => {
    expect(options).toMatchObject({ left: { message } });
  });
});
