import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { makeOptimizer, methodOf, OPTIMIZERS } from '../src/training/methods.js';

const refusal = (name: string, settings: object): string => {
  const method = methodOf(name)(settings as Readonly<Record<string, unknown>>);
  return E.isLeft(method) ? method.left.message : 'taken';
};

describe('methodOf', () => {
  it.each(OPTIMIZERS)('makes %s without settings', (name) => {
    expect(methodOf(name)({})).toMatchObject({ _tag: 'Right', right: { optimizer: { name } } });
  });

  it('hands settings to the rates, the direction, the plateau and the run', () => {
    const method = methodOf('newton-summary')({
      lambda1: 0.3,
      lambdaInt: 0,
      summaryAverage: { kind: 'uniform', count: 3, warmUp: 3 },
      etaDecay: 0,
      plateau: { patience: 7 },
      dampening: 0,
      period: 5,
      partition: 'trivial',
      summaryBatch: 200,
    });
    expect(method).toMatchObject({
      right: {
        partition: 'trivial',
        summaryBatch: 200,
        optimizer: {
          period: 5,
          slices: 1,
          control: {
            rates: { lambda1: 0.3, lambdaInt: 0, etaDecay: 0, summaryAverage: { count: 3 } },
            plateau: { patience: 7, factor: 0.5 },
          },
        },
      },
    });
  });

  it('reads only the safe method with safeguards', () => {
    const control = (name: string) => {
      const optimizer = makeOptimizer(name, {});
      return optimizer.kind === 'newton-summary' ? optimizer.control : undefined;
    };
    expect(control('newton-summary')?.trust).toBeUndefined();
    expect(control('newton-summary-safe')).toMatchObject({ trust: {}, rates: { noise: { kind: 'aware' } } });
  });

  it.each([
    ['adma', {}, /^optimizer is "adma"; it must be one of newton-summary, /],
    ['adam', { rate: 1 }, /^rate is no option of adam; its options are beta1, beta2, eps, lr$/],
    ['adam', { lr: 0 }, /^lr is 0; it must be a number above 0$/],
    ['adam', { lr: 'fast' }, /^lr is "fast"; it must be a number above 0$/],
    ['momentum', { beta: 1 }, /^beta is 1; it must be a number from 0 to below 1$/],
    ['kfac', { fisher: 'true' }, /^fisher is "true"; it must be "sampled" or "exact" or "empirical"$/],
    ['kfac', { inversePeriod: 0 }, /^inversePeriod is 0; it must be a whole number, 1 or more$/],
    ['newton-summary', { lambdaInt: -1 }, /^lambdaInt is -1; it must be a number from 0$/],
    ['newton-summary', { plateau: { patience: -1 } }, /^plateau\.patience is -1; it must be a whole number from 0$/],
    [
      'newton-summary',
      { plateau: { smallest: 5 } },
      /^plateau\.smallest is 5; it must be a number above 0, at most 1$/,
    ],
    ['newton-summary', { plateau: { factor: 0 } }, /^plateau\.factor is 0; it must be a number between 0 and 1, /],
    ['newton-summary', { plateau: { wait: 1 } }, /^plateau: there is no option "wait"; the options are patience, /],
    ['newton-summary', { plateau: 2 }, /^plateau is 2; it must be options by name, such as \{ patience: 2 \}$/],
    ['newton-summary', { trust: 1 }, /^trust is 1; it must be true or false$/],
    ['newton-summary', { dDecay: 0.5, lambdaInt: 0 }, /^dDecay averages d, which nothing reads where lambdaInt is 0/],
    [
      'newton-summary-safe',
      { slices: 1 },
      /^slices is 1; noise-aware rates need 2 slices of a summary's batch or more$/,
    ],
  ])('refuses %s with %o', (name, settings, message) => {
    expect(refusal(name, settings)).toMatch(message);
  });
});

describe('makeOptimizer', () => {
  it.each([
    ['sgd', 0.1],
    ['momentum', 0.01],
    ['nesterov', 0.01],
    ['adam', 0.001],
    ['adamw', 0.001],
    ['rmsprop', 0.001],
    ['kfac', 0.01],
  ])('%s has the rate that the manual says', (name, rate) => {
    expect(makeOptimizer(name, {})).toMatchObject({ name, rate });
  });

  it('gives each optimizer the options that it takes', () => {
    expect(makeOptimizer('adam', { lr: 0.5, lambda1: 2 })).toMatchObject({ kind: 'constant-rate', rate: 0.5 });
    expect(makeOptimizer('newton-summary', { lr: 0.5, lambda1: 2, period: 3 })).toMatchObject({
      period: 3,
      control: { rates: { lambda1: 2 } },
    });
  });
});
