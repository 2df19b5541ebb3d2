import { GraphError, input } from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import * as B from '../src/index.js';

/** Each with every option that it has, at a value that is taken. */
const ALL: Readonly<Record<string, object>> = {
  momentum: { beta: 0.5, dampening: 0.1 },
  nesterov: { beta: 0.5 },
  adam: { beta1: 0.5, beta2: 0.9, eps: 1e-6 },
  adamw: { beta1: 0.5, beta2: 0.9, eps: 1e-6, weightDecay: 0.1 },
  adahessian: { beta1: 0.5, beta2: 0.9, eps: 1e-6, power: 1 },
  rmsprop: { alpha: 0.5, eps: 1e-6 },
  shampoo: { eps: 1e-4, decay: 1, longest: 8, iterations: 4, refresh: true },
  muon: { beta: 0.5, nesterov: true, iterations: 5, coefficients: [1, 2, 3], eps: 1e-7 },
  kfac: { damping: 1, decay: 0.5, fisher: undefined, iterations: 4, refresh: 'inverses' },
  kfacRefresh: { factors: 1, inverses: 2 },
  lbfgs: { history: 2 },
  newtonCG: { iterations: 2, damping: 0, tolerance: 0 },
  newton: { damping: 0, iterations: 3 },
  clipByNorm: { largest: 1 },
  clipByValue: { largest: 1 },
  clipByKL: { largest: 1, schedule: B.constantSchedule() },
  weightDecay: { decay: 0.1, of: () => true },
  lineSearch: { largest: 1 },
  stepSchedule: { factor: 0.5, period: 2 },
  geometricSchedule: { factor: 0.5 },
  cosineSchedule: { steps: 3, last: 0 },
  warmUp: { steps: 3, first: 0 },
};

const makers: Readonly<Record<string, unknown>> = { ...B };

describe('an option of no such name', () => {
  it.each(Object.entries(ALL))('is refused by %s, which names those that there are', (name, options) => {
    const make = makers[name] as (options: object) => unknown;
    expect(() => make(options)).not.toThrow();
    const misspelt = () => make({ ...options, bta: 1 });
    expect(misspelt).toThrow(GraphError);
    const known = Object.keys(options).join(', ');
    expect(misspelt).toThrow(`${name}: there is no option "bta"; the options are ${known}`);
  });
});

it('a parameter without a numeric shape is refused where a state has its shape', () => {
  const p = input('p', ['N', 3]);
  expect(B.sgd().init([p], p)).toEqual([]);
  expect(() => B.momentum().init([p], p)).toThrow(/"p" has the symbolic shape \[N, 3\]/);
});
