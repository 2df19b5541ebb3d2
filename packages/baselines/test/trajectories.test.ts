import { describe, expect, it } from 'vitest';
import { adam, adamw, momentum, nesterov, sgd } from '../src/index.js';
import { deviations, loadTrajectory } from './trajectory.js';

// Perturbing the initial parameters by 1e-9 relative moves these trajectories by at most 3e-9 (their `sensitivity`).
const TOLERANCE = 1e-7;

describe('golden trajectories of 20 steps', () => {
  it.each([
    ['sgd-momentum', momentum({ beta: 0.9 })],
    ['adam', adam()],
  ] as const)('%s: every loss and every parameter, step by step', (name, direction) => {
    const golden = loadTrajectory(name);
    const all = deviations(golden, direction);
    expect(all).toHaveLength(20);
    for (const [t, d] of all.entries()) expect(d, `step ${t}`).toBeLessThan(TOLERANCE);
  });

  it('tell apart what is nearly the same', () => {
    const heavyBall = loadTrajectory('sgd-momentum');
    const moments = loadTrajectory('adam');
    for (const other of [sgd(), nesterov(), momentum({ beta: 0.9, dampening: 0.1 }), momentum({ beta: 0.89 })]) {
      expect(deviations(heavyBall, other).at(-1)).toBeGreaterThan(100 * TOLERANCE);
    }
    for (const other of [adam({ beta2: 0.99 }), adamw()]) {
      expect(deviations(moments, other).at(-1)).toBeGreaterThan(100 * TOLERANCE);
    }
  });
});
