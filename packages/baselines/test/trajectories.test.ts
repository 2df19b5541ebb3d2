import { describe, expect, it } from 'vitest';
import { adam, adamw, type Direction, momentum, nesterov, sgd } from '../src/index.js';
import { loadTrajectory, replay, type Trajectory } from './trajectory.js';

// Perturbing the initial parameters by 1e-9 relative moves these trajectories by at most 3e-9 (their `sensitivity`).
const TOLERANCE = 1e-7;

const deviation = (golden: Trajectory, direction: Direction): readonly number[] =>
  replay(golden, direction).map(({ loss, parameters }, t) => {
    const expected = golden.steps[t]!;
    return Math.max(
      Math.abs(loss - expected.loss),
      ...parameters.flatMap((p, i) => Array.from(p, (value, k) => Math.abs(value - expected.params[i]![k]!))),
    );
  });

describe('golden trajectories of 20 steps', () => {
  it.each([
    ['sgd-momentum', momentum({ beta: 0.9 })],
    ['adam', adam()],
  ] as const)('%s: every loss and every parameter, step by step', (name, direction) => {
    const golden = loadTrajectory(name);
    const deviations = deviation(golden, direction);
    expect(deviations).toHaveLength(20);
    for (const [t, d] of deviations.entries()) expect(d, `step ${t}`).toBeLessThan(TOLERANCE);
  });

  it('tell apart what is nearly the same', () => {
    const heavyBall = loadTrajectory('sgd-momentum');
    const moments = loadTrajectory('adam');
    for (const other of [sgd(), nesterov(), momentum({ beta: 0.9, dampening: 0.1 }), momentum({ beta: 0.89 })]) {
      expect(deviation(heavyBall, other).at(-1)).toBeGreaterThan(100 * TOLERANCE);
    }
    for (const other of [adam({ beta2: 0.99 }), adamw()]) {
      expect(deviation(moments, other).at(-1)).toBeGreaterThan(100 * TOLERANCE);
    }
  });
});
