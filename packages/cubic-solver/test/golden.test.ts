import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import type { CubicProblem } from '../src/index.js';
import { cubicObjective, solveCubic } from '../src/index.js';
import { difference, fixture } from './fixture.js';
import { solved } from './recipe.js';

/** An answer in 60-digit arithmetic, as test-fixtures/cubic-solver was given it. */
interface Exact {
  readonly case: 'positive-definite' | 'semidefinite' | 'indefinite' | 'hard' | 'unbounded';
  readonly lrs: readonly number[] | null;
  readonly r: number | null;
  readonly min_eigenvalue_shifted: number | null;
}

interface Answer {
  readonly damping_int: number;
  readonly exact: Exact;
}

/** Smallest eigenvalue of H + ½λ r D², and an idea of its rounding error. */
const shiftedSpectrum = (
  { H, d, lambda }: CubicProblem,
  r: number,
): { readonly smallest: number; readonly error: number } => {
  const shifted = H.map((row, s) => row.map((value, t) => value + (s === t ? (lambda / 2) * r * d[s] ** 2 : 0)));
  const values = new EigenvalueDecomposition(new Matrix(shifted), { assumeSymmetric: true }).realEigenvalues;
  return { smallest: values[0], error: 1e-14 * Math.max(...values.map(Math.abs)) };
};

const matches = (p: CubicProblem, exact: Exact): void => {
  const result = solveCubic(p);
  if (exact.case === 'unbounded') {
    expect(result).toMatchObject({ _tag: 'Left', left: { _tag: 'Unbounded' } });
    return;
  }
  const { eta, r, certificate, ...rest } = solved(p);
  expect(rest.case).toMatch(
    {
      'positive-definite': /definite|newton|zero-gradient/,
      semidefinite: /definite/,
      indefinite: /indefinite/,
      hard: /hard/,
    }[exact.case],
  );
  expect(Math.abs(r - (exact.r ?? Number.NaN))).toBeLessThanOrEqual(1e-10 * (exact.r ?? Number.NaN));
  if (exact.lrs !== null) expect(difference(eta, exact.lrs)).toBeLessThan(1e-10);
  if (exact.min_eigenvalue_shifted !== null) {
    const { smallest, error } = shiftedSpectrum(p, r);
    expect(Math.abs(smallest - exact.min_eigenvalue_shifted)).toBeLessThanOrEqual(
      1e-6 * exact.min_eigenvalue_shifted + error,
    );
  }
  expect(certificate.residual).toBeLessThan(1e-14);
};

describe('60-digit answers', () => {
  const { problems } = fixture<{
    readonly problems: readonly (Omit<CubicProblem, 'lambda'> & {
      readonly name: string;
      readonly nesterov: readonly Answer[];
    })[];
  }>('solver-public');
  const cases = problems.flatMap(({ name, nesterov, ...rest }) =>
    nesterov.map(({ damping_int: lambda, exact }) => ({
      name: `${name}, λ = ${lambda}`,
      p: { ...rest, lambda },
      exact,
    })),
  );
  it('come in the number expected', () => expect(cases.length).toBe(30));
  it.each(cases)('$name', ({ p, exact }) => matches(p, exact));
});

describe('summaries of small networks, 60-digit answers', () => {
  const summaries =
    fixture<
      readonly {
        readonly name: string;
        readonly gbar: readonly number[];
        readonly Hbar: readonly (readonly number[])[];
        readonly order3: readonly number[];
        readonly nesterov: readonly Answer[];
      }[]
    >('summaries');
  const cases = summaries.flatMap(({ name, gbar, Hbar, order3, nesterov }) =>
    nesterov.map(({ damping_int: lambda, exact }) => ({
      name: `${name}, λ = ${lambda}`,
      p: { H: Hbar, g: gbar, d: order3.map((value) => Math.cbrt(Math.abs(value))), lambda },
      exact,
    })),
  );
  it('come in the number expected', () => expect(cases.length).toBe(70));
  it.each(cases)('$name', ({ p, exact }) => matches(p, exact));
});

describe('110-digit answers to badly scaled and nearly hard problems', () => {
  const cases =
    fixture<
      readonly (CubicProblem & {
        readonly name: string;
        readonly eta: readonly number[];
        readonly r: number;
        readonly boundaryRadius: number;
      })[]
    >('exact');
  it('come in the number expected', () => expect(cases.length).toBe(76));
  it.each(cases)('$name', ({ eta, r, boundaryRadius, ...p }) => {
    const solution = solved(p);
    expect(Math.abs(solution.r / r - 1)).toBeLessThan(1e-13);
    expect(difference(solution.eta, eta)).toBeLessThan(1e-12);
    expect(solution.r).toBeGreaterThanOrEqual(boundaryRadius * (1 - 1e-14));
    expect(solution.certificate.residual).toBeLessThan(2e-15);
    expect(solution.certificate.radiusError).toBeLessThan(2e-15);
  });
});

describe('values from the literature and by hand', () => {
  const ones = (size: number): readonly number[] => new Array<number>(size).fill(1);
  const diagonal = (values: readonly number[]): readonly (readonly number[])[] =>
    values.map((value, s) => values.map((_, t) => (s === t ? value : 0)));

  it('a double root candidate that is not hard: r = 5.474860754766346', () => {
    const { eta, r } = solved({ H: diagonal([-1, 2, 3]), g: [0, 20, 20], d: ones(3), lambda: 1 });
    expect(r).toBeCloseTo(5.474860754766346, 14);
    expect(difference(eta, [0, 4.2217, 3.4859])).toBeLessThan(1e-5);
  });

  it('one group: η = 2 + √6', () => {
    expect(solved({ H: [[-2]], g: [1], d: [1], lambda: 1 }).eta[0]).toBeCloseTo(2 + Math.sqrt(6), 14);
  });

  it('entries over 14 orders of magnitude end, and end right', () => {
    const p = {
      H: diagonal([1e8, 1, -1e-6, 1e-8]),
      g: [1e6, 0, -1e-8, 1e3],
      d: [1e-4, 1e4, 1, 1e-3],
      lambda: 1,
    };
    const { eta, r, certificate } = solved(p);
    expect(certificate.residual).toBeLessThan(1e-15);
    // x²/2 + x/100 = 1e6 with x = ‖Dη‖, the last group alone being of any size.
    expect(r).toBeCloseTo(-0.01 + Math.sqrt(1e-4 + 2e6), 9);
    expect(eta[3]).toBeCloseTo(r * 1e3, 5);
  });

  it('one group with g = 0 and negative curvature is stepped along, to its side or the other', () => {
    const p = { H: diagonal([-2, 1]), g: [0, 0.5], d: ones(2), lambda: 1 };
    const solution = solved(p);
    expect(solution).toMatchObject({ case: 'hard', leadingGroup: 0, nullity: 1 });
    if (solution.case !== 'hard') return;
    // r = 4 at the boundary; the regular part is 0.5 / (1 + 2).
    const null0 = Math.sqrt(16 - 1 / 36);
    expect(difference(solution.eta, [null0, 1 / 6])).toBeLessThan(1e-15);
    expect(difference(solution.mirror, [-null0, 1 / 6])).toBeLessThan(1e-15);
    expect(cubicObjective(p)(solution.mirror)).toBe(cubicObjective(p)(solution.eta));
  });

  it('a double lowest eigenvalue has a sphere of minimisers: the one along the first group is taken', () => {
    expect(solved({ H: diagonal([1, -2, -2]), g: [0.3, 0, 0], d: ones(3), lambda: 1 })).toMatchObject({
      case: 'hard',
      leadingGroup: 1,
      nullity: 2,
    });
  });

  it('a saddle with g = 0 is left, a minimum is not', () => {
    expect(solved({ H: diagonal([-2, 1]), g: [0, 0], d: ones(2), lambda: 0.5 })).toMatchObject({ case: 'hard' });
    expect(solved({ H: diagonal([2, 1]), g: [0, 0], d: ones(2), lambda: 0.5 })).toMatchObject({
      case: 'zero-gradient',
      eta: [0, 0],
      r: 0,
    });
  });

  it('no third derivative (a quadratic loss) gives the Newton step', () => {
    const p = {
      H: [
        [2, 1],
        [1, 2],
      ],
      g: [3, 3],
      d: [0, 0],
      lambda: 1,
    };
    expect(solved(p)).toMatchObject({ case: 'newton', r: 0 });
    expect(difference(solved(p).eta, [1, 1])).toBeLessThan(1e-15);
  });

  it('λ = 0 gives the Newton step, with r = ‖Dη‖', () => {
    const { eta, r } = solved({ H: diagonal([2, 4]), g: [2, 2], d: [3, 8], lambda: 0 });
    expect(eta).toEqual([1, 0.5]);
    expect(r).toBe(5);
  });

  it('a dead group (zero row, zero g, zero d) gets η = 0 and is counted', () => {
    const { eta, certificate } = solved({
      H: [
        [2, 0, 1],
        [0, 0, 0],
        [1, 0, 2],
      ],
      g: [3, 0, 3],
      d: [0, 0, 0],
      lambda: 1,
    });
    expect(difference(eta, [1, 0, 1])).toBeLessThan(1e-15);
    expect(eta[1]).toBe(0);
    expect(certificate.flatDirections).toBe(1);
  });

  it('is definite where H is on the groups with d > 0, though a dead group makes it singular', () => {
    const H = [
      [1, 0],
      [0, 0],
    ];
    const { case: met, eta, certificate } = solved({ H, g: [1, 0], d: [1, 0], lambda: 1 });
    expect(met).toBe('definite');
    expect(certificate.flatDirections).toBe(1);
    // η + ½η² = 1.
    expect(difference(eta, [Math.sqrt(3) - 1, 0])).toBeLessThan(1e-15);
  });

  it('redundant groups share the shortest of the Newton steps', () => {
    const { eta, certificate } = solved({
      H: [
        [1, 2],
        [2, 4],
      ],
      g: [1, 2],
      d: [0, 0],
      lambda: 1,
    });
    // In units of √H_ss both take half.
    expect(difference(eta, [0.5, 0.25])).toBeLessThan(1e-14);
    expect(certificate.flatDirections).toBe(1);
  });
});
