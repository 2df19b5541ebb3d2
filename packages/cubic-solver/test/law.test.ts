import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CubicProblem, CubicSolution, Unbounded } from '../src/index.js';
import { cubicObjective, solveCubic } from '../src/index.js';
import { descend, freeCurvature, termSize } from './oracle.js';
import type { Recipe } from './problems.js';
import { kinds, problem, random, rescale, vector } from './problems.js';

const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const recipe = (size: fc.Arbitrary<number>): fc.Arbitrary<Recipe> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    size,
    seed,
    scale: fc.integer({ min: -12, max: 12 }),
    spread: fc.constantFrom(0, 0, 3, 20, 40),
  });

const solved = (p: CubicProblem): CubicSolution => {
  const result = solveCubic(p);
  if (result._tag === 'Left') throw new Error(result.left.message);
  return result.right;
};

/** Every number of a result, however deep. */
const numbers = (value: unknown): readonly number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbers)
      : [];

const holds = (p: CubicProblem, solution: CubicSolution, points: number): void => {
  const { eta, r, certificate } = solution;
  const size = eta.length;
  expect(numbers(solution).every(Number.isFinite)).toBe(true);

  // Stationary, on the right radius, and positive semidefinite there: the three conditions of a global minimiser.
  // In the hard case eigenvalues that agree to S·1e-15 count as one.
  expect(certificate.residual).toBeLessThan(solution.case === 'hard' ? 1e-11 : 1e-13);
  expect(certificate.radiusError).toBeLessThan(1e-12);
  expect(certificate.smallestEigenvalue).toBeGreaterThan(-1e-14 * (size + 10));
  expect(r).toBeGreaterThanOrEqual(certificate.boundaryRadius * (1 - 1e-12));

  const T = cubicObjective(p);
  const here = T(eta);
  const error = (other: readonly number[]): number => 1e-14 * size * (termSize(p, eta) + termSize(p, other));
  expect(certificate.objective).toBe(here);
  expect(certificate.predictedDecrease).toBeGreaterThanOrEqual(0);
  expect(Math.abs(certificate.predictedDecrease + here)).toBeLessThanOrEqual(error(eta));

  // Groups are measured in their own units: the change that raises T's diagonal terms by one.
  const unit = vector(size, (s) => 1 / Math.sqrt(Math.abs(p.H[s][s]) + (p.lambda / 2) * r * p.d[s] ** 2 || 1));
  const length = Math.hypot(...eta.map((value, s) => value / unit[s])) || 1;
  const source = random(size + points);
  const away = (): readonly number[] => {
    const step = (length / Math.sqrt(size)) * 10 ** source.uniform(-6, 1);
    const origin = source.uniform(0, 1) < 0.5 ? 0 : 1;
    return eta.map((value, s) => origin * value + step * unit[s] * source.normal());
  };
  const starts = size <= 42 ? [away(), eta.map((value, s) => -value + 1e-3 * length * unit[s])] : [];
  const others = [...Array.from({ length: points }, away), ...starts.map((start) => descend(p, start))];
  expect(others.filter((other) => T(other) < here - error(other))).toEqual([]);
  if (solution.case === 'hard') {
    expect(Math.abs(T(solution.mirror) - here)).toBeLessThanOrEqual(error(solution.mirror));
    expect(solution.eta[solution.leadingGroup]).toBeGreaterThan(solution.mirror[solution.leadingGroup]);
  }
};

/** The refusal proves itself: along its direction, which no cubic term holds, T falls without end. */
const refuted = (p: CubicProblem, error: Unbounded): void => {
  const T = cubicObjective(p);
  const v = error.direction;
  expect(error.groups.length).toBeGreaterThan(0);
  expect(v.every((value, s) => value === 0 || p.d[s] === 0 || p.lambda === 0)).toBe(true);
  const far =
    1e6 *
    (1 +
      Math.abs(v.reduce((sum, value, s) => sum + p.g[s] * value, 0)) /
        (termSize({ ...p, g: v.map(() => 0) }, v) * 1e-9));
  const values = [1, 10, 100].map((factor) => T(v.map((value) => factor * far * value)));
  expect(values[0]).toBeLessThan(0);
  expect(values[1]).toBeLessThan(50 * values[0]);
  expect(values[2]).toBeLessThan(50 * values[1]);
};

const check = (made: Recipe, points: number): void => {
  const p = problem(made);
  const result = solveCubic(p);
  const curvature = freeCurvature(p);
  if (curvature < -1e-9) {
    expect(result._tag).toBe('Left');
    if (result._tag === 'Left' && result.left._tag === 'Unbounded') refuted(p, result.left);
    else expect(result).toMatchObject({ left: { _tag: 'Unbounded' } });
  } else if (curvature > 1e-9 || made.kind === 'redundant groups') {
    holds(p, solved(p), points);
  }
};

describe('10,000 random problems of every kind', () => {
  it('are solved with a certificate, or refused exactly when T is unbounded below: S up to 12', () => {
    fc.assert(
      fc.property(recipe(fc.integer({ min: 1, max: 12 })), (made) => check(made, 100)),
      { numRuns: 9700 },
    );
  }, 120_000);

  it('likewise S up to 42', () => {
    fc.assert(
      fc.property(recipe(fc.integer({ min: 13, max: 42 })), (made) => check(made, 100)),
      { numRuns: 270 },
    );
  }, 120_000);

  it('likewise S up to 200', () => {
    fc.assert(
      fc.property(recipe(fc.integer({ min: 100, max: 200 })), (made) => check(made, 100)),
      { numRuns: 30 },
    );
  }, 120_000);
});

describe('invariance', () => {
  const any = recipe(fc.integer({ min: 1, max: 20 }));

  it('rescaling groups by powers of 2 rescales η and leaves r as it is, to the last bit', () => {
    fc.assert(
      fc.property(any, seed, (made, scaleSeed) => {
        const p = problem(made);
        const { uniform } = random(scaleSeed);
        const a = vector(made.size, () => 2 ** Math.round(uniform(-30, 30)));
        const before = solveCubic(p);
        const after = solveCubic(rescale(p, a));
        expect(after._tag).toBe(before._tag);
        if (before._tag === 'Left' || after._tag === 'Left') return;
        expect(after.right.r).toBe(before.right.r);
        expect(after.right.case).toBe(before.right.case);
        expect(after.right.eta.map((value, s) => value * a[s])).toEqual(before.right.eta);
        expect(after.right.certificate).toEqual({ ...before.right.certificate, objective: expect.any(Number) });
      }),
      { numRuns: 1000 },
    );
  });

  it('rescaling groups by any factors from 1e-6 to 1e6 moves r and a_s η_s by rounding errors only', () => {
    const kind = fc.constantFrom('definite', 'indefinite', 'singular D', 'spread d', 'nearly hard' as const);
    fc.assert(
      fc.property(any, kind, seed, (made, chosen, scaleSeed) => {
        const p = problem({ ...made, kind: chosen, spread: 0 });
        const { uniform } = random(scaleSeed);
        const a = vector(made.size, () => 10 ** uniform(-6, 6));
        const before = solved(p);
        const after = solved(rescale(p, a));
        expect(Math.abs(after.r - before.r)).toBeLessThanOrEqual(1e-9 * before.r);
        const unit = vector(made.size, (s) => Math.sqrt(Math.abs(p.H[s][s]) + (p.lambda / 2) * before.r * p.d[s] ** 2));
        const length = Math.hypot(...before.eta.map((value, s) => value * unit[s]));
        const moved = Math.hypot(...before.eta.map((value, s) => (after.eta[s] * a[s] - value) * unit[s]));
        // The entries of the rescaled problem are rounded, which turns the null direction of a nearly hard one by 1e-16
        // / part.
        expect(moved / length).toBeLessThan(chosen === 'nearly hard' ? 1e-3 : 1e-9);
      }),
      { numRuns: 1000 },
    );
  });

  it('(a H, a g, a D3) has the same solution for a > 0, to the last bit where a is a power of 64', () => {
    fc.assert(
      fc.property(recipe(fc.integer({ min: 1, max: 20 })), fc.integer({ min: -5, max: 5 }), (made, exponent) => {
        const p = problem({ ...made, kind: 'indefinite' });
        const a = 64 ** exponent;
        const before = solved(p);
        const after = solved({
          H: p.H.map((row) => row.map((value) => a * value)),
          g: p.g.map((value) => a * value),
          d: p.d.map((value) => 4 ** exponent * value),
          lambda: p.lambda,
        });
        expect(after.eta).toEqual(before.eta);
        expect(after.r).toBe(4 ** exponent * before.r);
      }),
      { numRuns: 200 },
    );
  });

  it('the same input gives the same digits, and is not written to', () => {
    fc.assert(
      fc.property(any, (made) => {
        const p = problem(made);
        const copy = structuredClone(p);
        expect(solveCubic(p)).toEqual(solveCubic(p));
        expect(p).toEqual(copy);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the independent optimiser of these tests', () => {
  it('reaches the minimum that the solver reports in most problems, so that comparing with it means something', () => {
    const source = random(5);
    const made = Array.from(
      { length: 300 },
      (_, k): Recipe => ({
        kind: kinds[k % kinds.length],
        size: 2 + (k % 7),
        seed: k + 1,
        scale: 0,
        spread: 3,
      }),
    ).filter((recipe) => !(freeCurvature(problem(recipe)) < 1e-9));
    const reached = made.filter((recipe) => {
      const p = problem(recipe);
      const { eta, certificate } = solved(p);
      const end = descend(
        p,
        eta.map((value) => value * source.uniform(0.2, 0.8)),
      );
      return cubicObjective(p)(end) - certificate.objective <= 1e-9 * Math.abs(certificate.objective);
    });
    expect(made.length).toBeGreaterThan(200);
    expect(reached.length / made.length).toBeGreaterThan(0.9);
  });
});
