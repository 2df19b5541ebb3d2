import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constantRate,
  constantSchedule,
  cosineSchedule,
  geometricSchedule,
  perGroupRates,
  type Schedule,
  scheduled,
  sgd,
  stepSchedule,
  trainStep,
  warmUp,
} from '../src/index.js';
import { follow, scalar } from './follow.js';
import { initialValues, runStep } from './trajectory.js';

const step = G.input('step', [], 'float64');
const factorAt = (schedule: Schedule, t: number): number => {
  const [value] = G.evaluate([schedule(step)], { step: scalar(t) });
  return value!.data[0]!;
};
const count = fc.integer({ min: 1, max: 200 });
const time = fc.integer({ min: 0, max: 1000 });
const share = fc.double({ min: 0.01, max: 1, noNaN: true });

describe('schedules', () => {
  it.each<[string, fc.Arbitrary<readonly [Schedule, (t: number) => number]>]>([
    ['constant', share.map((f) => [constantSchedule(f), () => f] as const)],
    [
      'step',
      fc
        .tuple(share, count)
        .map(
          ([factor, period]) => [stepSchedule({ factor, period }), (t) => factor ** Math.floor(t / period)] as const,
        ),
    ],
    ['geometric', share.map((factor) => [geometricSchedule({ factor }), (t) => factor ** t] as const)],
    [
      'cosine',
      fc
        .tuple(count, share)
        .map(
          ([steps, last]) =>
            [
              cosineSchedule({ steps, last }),
              (t) => last + ((1 - last) * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps))) / 2,
            ] as const,
        ),
    ],
    [
      'warm-up before a cosine',
      fc
        .tuple(count, count, share)
        .map(
          ([rise, steps, first]) =>
            [
              warmUp({ steps: rise, first }, cosineSchedule({ steps })),
              (t) =>
                t < rise
                  ? first + ((1 - first) * t) / rise
                  : (1 + Math.cos((Math.PI * Math.min(t - rise, steps)) / steps)) / 2,
            ] as const,
        ),
    ],
  ])('%s is its formula at every step', (_, pairs) => {
    fc.assert(
      fc.property(pairs, time, ([schedule, formula], t) => {
        expect(Math.abs(factorAt(schedule, t) - formula(t))).toBeLessThan(1e-12);
      }),
    );
  });

  it('warm-up moves at the first step and reaches the whole rate at its end', () => {
    const schedule = warmUp({ steps: 4 });
    expect([0, 1, 2, 3, 4, 5].map((t) => factorAt(schedule, t))).toEqual([0.25, 0.4375, 0.625, 0.8125, 1, 1]);
  });

  it.each([
    [() => stepSchedule({ factor: 0, period: 1 }), /stepSchedule: factor is 0; it must be in \(0, 1\]/],
    [() => stepSchedule({ factor: 0.5, period: 1.5 }), /period is 1.5; it must be a whole number of at least 1/],
    [() => geometricSchedule({ factor: 1.1 }), /geometricSchedule: factor is 1.1/],
    [() => cosineSchedule({ steps: 0 }), /cosineSchedule: steps is 0/],
    [() => cosineSchedule({ steps: 1, last: Number.NaN }), /last is NaN/],
    [() => warmUp({ steps: 1, first: -1 }), /warmUp: first is -1/],
    [() => constantSchedule(Number.NaN), /constantSchedule: factor is NaN/],
  ])('%s throws', (build, message) => {
    expect(build).toThrow(G.GraphError);
    expect(build).toThrow(message);
  });
});

describe('a scheduled rule', () => {
  it('steps by its rate times the factor of the steps taken', () => {
    const rule = scheduled(geometricSchedule({ factor: 0.5 }))(constantRate());
    const gradients = [[1], [1], [1]];
    expect(follow(sgd(), gradients, 0.8, [0], rule).map(([w]) => w)).toEqual([
      expect.closeTo(-0.8, 12),
      expect.closeTo(-1.2, 12),
      expect.closeTo(-1.4, 12),
    ]);
  });

  it('scales the rates of all groups', () => {
    const a = G.input('a', [], 'float64');
    const b = G.input('b', [], 'float64');
    const graph = trainStep({
      loss: G.add(a, G.mul(b, 2)),
      parameters: [a, b],
      direction: sgd(),
      rule: scheduled(constantSchedule(0.5))(perGroupRates([['a'], ['b']])),
    });
    const rates = { shape: [2], data: Float64Array.of(1, 10) };
    const out = runStep(graph, { ...initialValues(graph), a: scalar(0), b: scalar(0), rates });
    expect(out['next.a']!.data[0]).toBe(-0.5);
    expect(out['next.b']!.data[0]).toBe(-10);
  });
});
