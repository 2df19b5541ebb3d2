import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CubicProblem, CubicSolution, Unbounded } from '../src/index.js';
import { cubicObjective, solveCubic } from '../src/index.js';
import { difference } from './fixture.js';
import { descend, freeCurvature, termSize } from './oracle.js';
import type { Recipe } from './problems.js';
import { kinds, problem, random, symmetric, vector } from './problems.js';
import { recipe, solved } from './recipe.js';

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
  const opposite = (): readonly number[] => eta.map((value, s) => -value + 1e-3 * length * unit[s]);
  const starts = size <= 42 ? [source.uniform(0, 1) < 0.5 ? away() : opposite()] : [];
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

describe('the case that a solution is labelled with', () => {
  const whole = fc.integer({ min: -3, max: 3 });
  /** Free groups with H = 2I, held ones with BᵀB of any rank, apart from each other. */
  const apart = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })).chain(([free, held]) =>
    fc.record({
      free: fc.array(whole, { minLength: free, maxLength: free }),
      B: fc.array(fc.array(whole, { minLength: held, maxLength: held }), { maxLength: held }),
      pull: fc.array(fc.constantFrom(0, 0, 1), { minLength: held, maxLength: held }),
    }),
  );

  it('is Newton’s exactly where the cubic term is 0 at a minimiser that is not 0', () => {
    fc.assert(
      fc.property(apart, ({ free, B, pull }) => {
        const [n, S] = [free.length, free.length + pull.length];
        const H = symmetric(S, (s, t) => {
          if (s < n || t < n) return s === t ? 2 : 0;
          return B.reduce((sum, row) => sum + row[s - n] * row[t - n], 0);
        });
        const g = [...free, ...pull];
        const solution = solved({ H, g, d: vector(S, (s) => (s < n ? 0 : 1)), lambda: 1 });
        const atRest = pull.every((value) => value === 0);
        if (g.every((value) => value === 0)) expect(solution.case).toBe('zero-gradient');
        else expect(solution.case === 'newton').toBe(atRest);
        if (solution.case === 'newton') {
          expect(solution.r).toBe(0);
          const newton = [...free.map((value) => value / 2), ...pull];
          expect(difference(solution.eta, newton)).toBeLessThan(1e-15);
        }
      }),
    );
  });

  it('is not definite where H has a null direction that g does not pull along', () => {
    const p = {
      H: [
        [1, 0],
        [0, 0],
      ],
      g: [1, 0],
      d: [0, 1],
      lambda: 1,
    };
    expect(solved(p)).toMatchObject({ case: 'newton', eta: [1, 0], r: 0 });
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
