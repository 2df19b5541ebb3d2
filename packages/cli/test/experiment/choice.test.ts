import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationText, type Paced, secondsLeft } from '../../src/experiment/clock.js';
import { pointsOf, settingsText } from '../../src/experiment/grid.js';
import { folderOf, planOf } from '../../src/experiment/plan.js';
import type { RunRecord } from '../../src/experiment/record.js';
import { spreadOf } from '../../src/experiment/results.js';
import { type Candidate, scoreOf, select } from '../../src/experiment/select.js';

const arm = { name: 'adam', optimizer: 'adam', points: [{ lr: 1 }], searched: [] };
const setup = {
  name: 'LeNet, CIFAR-10',
  model: 'lenet',
  data: 'synthetic',
  validation: 0,
  batch: 100,
  epochs: 2,
  seeds: [1],
  tuningSeeds: [1],
  arms: [arm],
};

const record = (trainLoss: number, outcome: RunRecord['outcome'] = 'finished'): RunRecord => ({
  plan: planOf(setup, arm, {}, 1),
  outcome,
  epochs: [
    { epoch: 1, trainLoss: 0, testLoss: 0, testAccuracy: 1, seconds: 1 },
    { epoch: 2, trainLoss, testLoss: 0, testAccuracy: 1, seconds: 1 },
  ],
  steps: 2,
  device: 'cpu',
  peakBytes: 1,
});

const candidate = (lr: number, ...runs: RunRecord[]): Candidate => ({ settings: { lr }, runs });

describe('pointsOf', () => {
  it('has as many points as the product of the lists, all different, each a choice from each', () => {
    const lists = fc.dictionary(fc.string({ minLength: 1 }), fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 4 }), {
      maxKeys: 4,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(lists, (options) => {
        const points = pointsOf(options);
        expect(points).toHaveLength(Object.values(options).reduce((product, list) => product * list.length, 1));
        expect(new Set(points.map((p) => JSON.stringify(p))).size).toBe(points.length);
        for (const point of points) {
          expect(Object.keys(point)).toEqual(Object.keys(options));
          for (const [name, value] of Object.entries(point)) expect(options[name]).toContain(value);
        }
      }),
    );
  });

  it('reads as a person would write it', () => {
    expect(settingsText({ lr: 1e-3, average: { kind: 'none' } })).toBe('lr 0.001, average {"kind":"none"}');
  });
});

describe('select', () => {
  it('takes the lowest mean training loss of the last epoch', () => {
    const grid = [candidate(1, record(3), record(1)), candidate(2, record(1), record(2)), candidate(3, record(9))];
    expect(select(grid)).toEqual({ lr: 2 });
  });

  it('takes the first of equals', () => {
    expect(select([candidate(1, record(1)), candidate(2, record(1))])).toEqual({ lr: 1 });
  });

  it('passes over settings with a run that failed, however low its loss was', () => {
    const grid = [candidate(1, record(0, 'failed'), record(0)), candidate(2, record(5))];
    expect(scoreOf(grid[0]!)).toBeUndefined();
    expect(select(grid)).toEqual({ lr: 2 });
  });

  it('takes nothing where all failed', () => {
    expect(select([candidate(1, record(0, 'failed'))])).toBeUndefined();
  });
});

describe('folderOf', () => {
  const folder = (changes: object, settings: object, seed = 1): string => {
    const other = { ...setup, ...changes };
    return folderOf(other, arm, planOf(other, arm, settings as Record<string, unknown>, seed));
  };

  it('does not depend on the order of settings, nor on what decides no number', () => {
    expect(folder({}, { lr: 1, eps: 2 })).toBe(folder({ description: 'x', seeds: [1, 2] }, { eps: 2, lr: 1 }));
  });

  it.each([
    [{ epochs: 3 }, { lr: 1 }],
    [{ train: 10 }, { lr: 1 }],
    [{}, { lr: 2 }],
  ])('differs with %o %o', (changes, settings) => {
    expect(folder(changes, settings)).not.toBe(folder({}, { lr: 1 }));
  });

  it('is a path that any file system takes', () => {
    expect(folder({ name: 'λ₁ = 1/2: "é"' }, {}, 7)).toMatch(/^[\p{L}\p{N}.-]+[/\\]adam-[0-9a-f]{8}[/\\]seed-7$/u);
  });
});

describe('spreadOf', () => {
  it('is the mean and the sample standard deviation', () => {
    expect(spreadOf([1, undefined, 3])).toEqual({ mean: 2, deviation: Math.SQRT2 });
    expect(spreadOf([5])).toEqual({ mean: 5 });
    expect(spreadOf([undefined])).toBeUndefined();
  });
});

describe('secondsLeft', () => {
  const run = (change: Partial<Paced>): Paced => ({
    arm: 'adam',
    setup: 'LeNet',
    steps: 100,
    seconds: Number.POSITIVE_INFINITY,
    done: 0,
    elapsed: 0,
    state: 'waiting',
    ...change,
  });

  it('is nothing while no pace is known, and 0 when all is over', () => {
    expect(secondsLeft([run({})], 1)).toBeUndefined();
    expect(secondsLeft([run({ state: 'over', done: 100 })], 1)).toBe(0);
  });

  it('takes the pace of the same arm first, then of the setup', () => {
    const over = [run({ state: 'over', pace: 1 }), run({ state: 'over', arm: 'kfac', pace: 3 })];
    expect(secondsLeft([...over, run({})], 1)).toBe(100);
    expect(secondsLeft([...over, run({ arm: 'kfac' })], 1)).toBe(300);
    expect(secondsLeft([...over, run({ arm: 'sgd' })], 1)).toBe(200);
  });

  it('shares the work among the workers, but no run', () => {
    const running = run({ state: 'running', done: 50, elapsed: 50, pace: 1 });
    expect(secondsLeft([running, run({}), run({})], 2)).toBe(125);
    expect(secondsLeft([running], 8)).toBe(50);
  });

  it('counts the start of each run that has not begun: of its arm, of its setup, of all', () => {
    const over = [
      run({ state: 'over', done: 100, pace: 0.01, opening: 2 }),
      run({ arm: 'kfac', state: 'over', done: 100, pace: 0.03, opening: 4 }),
    ];
    expect(secondsLeft([...over, run({}), run({})], 1)).toBe(6);
    expect(secondsLeft([...over, run({ arm: 'sgd' })], 1)).toBe(5);
    expect(secondsLeft([...over, run({ setup: 'other', arm: 'sgd', state: 'running' })], 1)).toBe(5);
    // One that has begun has started.
    expect(secondsLeft([run({ state: 'running', done: 50, pace: 0.01, opening: 2 })], 1)).toBe(0.5);
    expect(secondsLeft([...over, run({ steps: Number.POSITIVE_INFINITY, seconds: 60, pace: 1 })], 1)).toBe(62);
  });

  it('knows a budget of time', () => {
    expect(secondsLeft([run({ steps: Number.POSITIVE_INFINITY, seconds: 60, elapsed: 20 })], 1)).toBe(40);
    expect(secondsLeft([run({ seconds: 10, pace: 1 })], 1)).toBe(10);
  });

  it('is told in words', () => {
    expect([0, 59.2, 61, 3600, 7980].map(durationText)).toEqual(['0 s', '60 s', '2 min', '1 h 0 min', '2 h 13 min']);
  });
});
