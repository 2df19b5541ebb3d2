import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CubicError, CubicProblem } from '../src/index.js';
import { solveCubic } from '../src/index.js';

const sound: CubicProblem = {
  H: [
    [2, 1],
    [1, 3],
  ],
  g: [1, 1],
  d: [1, 0.5],
  lambda: 1,
};

const refusal = (change: Partial<CubicProblem>): CubicError => {
  const result = solveCubic({ ...sound, ...change });
  if (result._tag === 'Right') throw new Error('solved');
  expect(result.left.message).not.toContain('\n');
  return result.left;
};

describe('bad input is named', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d anywhere', (bad) => {
    expect(
      refusal({
        H: [
          [2, bad],
          [1, 3],
        ],
      }),
    ).toMatchObject({ _tag: 'NotFinite', field: 'H', index: [0, 1] });
    expect(refusal({ g: [1, bad] })).toMatchObject({ _tag: 'NotFinite', field: 'g', index: [1] });
    expect(refusal({ d: [bad, 1] })).toMatchObject({ _tag: 'NotFinite', field: 'd', index: [0] });
    expect(refusal({ lambda: bad })).toMatchObject({ _tag: 'NotFinite', field: 'lambda', index: [] });
    expect(refusal({ g: [1, bad] }).message).toContain(`g[1] is ${bad}`);
  });

  it('a missing entry', () => {
    expect(refusal({ g: [1, undefined as unknown as number] })).toMatchObject({ _tag: 'NotFinite', field: 'g' });
  });

  it('wrong lengths', () => {
    expect(refusal({ H: [] })._tag).toBe('WrongLength');
    expect(refusal({ H: [[2, 1], [1]] }).message).toContain('row 1 has 1 entries');
    expect(refusal({ g: [1] }).message).toContain('g has 1 entries');
    expect(refusal({ d: [1, 1, 1] }).message).toContain('d has 3 entries');
  });

  it('an asymmetric H, but not one that float32 rounding explains', () => {
    expect(
      refusal({
        H: [
          [2, 1],
          [1.01, 3],
        ],
      }),
    ).toMatchObject({ _tag: 'NotSymmetric', row: 0, column: 1 });
    const rounded = solveCubic({
      ...sound,
      H: [
        [2, 1],
        [1 + 2 ** -23, 3],
      ],
    });
    const averaged = solveCubic({
      ...sound,
      H: [
        [2, 1 + 2 ** -24],
        [1 + 2 ** -24, 3],
      ],
    });
    expect(rounded._tag === 'Right' && rounded.right.eta).toEqual(averaged._tag === 'Right' && averaged.right.eta);
  });

  it('negative d and λ', () => {
    expect(refusal({ d: [1, -0.1] })).toMatchObject({ _tag: 'NegativeD', group: 1 });
    expect(refusal({ lambda: -1 })._tag).toBe('NegativeLambda');
  });
});

describe('a model without minimum names its groups', () => {
  it('negative curvature where d = 0', () => {
    expect(
      refusal({
        H: [
          [2, 1],
          [1, -3],
        ],
        d: [1, 0],
      }),
    ).toMatchObject({ _tag: 'Unbounded', groups: [1], curvature: -1, singular: false });
  });

  it('says so in a line, with the cure', () => {
    expect(
      refusal({
        H: [
          [-1, 0],
          [0, 2],
        ],
        d: [0, 1],
      }).message,
    ).toBe(
      'H has negative curvature along group 0, where no cubic term acts, so the model is unbounded below: ' +
        'use lambda > 0 with d > 0 there, or add a ridge to H',
    );
  });

  it('λ = 0 or d = 0 with an indefinite H', () => {
    const H = [
      [1, 2, 0],
      [2, 1, 0],
      [0, 0, 1],
    ];
    for (const change of [{ lambda: 0, d: [1, 1, 1] }, { d: [0, 0, 0] }]) {
      const error = refusal({ H, g: [1, 1, 1], ...change });
      expect(error).toMatchObject({ _tag: 'Unbounded', groups: [0, 1] });
      expect(error.message).toMatch(
        /^H has negative curvature along a combination of groups 0, 1, where no cubic term/,
      );
      if (error._tag === 'Unbounded') expect(error.curvature).toBeCloseTo(-1, 14);
    }
  });

  it('a singular H that g or another group pulls along', () => {
    const singular = [
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 2],
    ];
    const d = [0, 0, 1];
    expect(refusal({ H: singular, g: [1, 2, 1], d })).toMatchObject({
      _tag: 'Unbounded',
      groups: [0, 1],
      singular: true,
    });
    expect(
      refusal({
        H: [
          [1, 1, 0.1],
          [1, 1, 0],
          [0.1, 0, 2],
        ],
        g: [1, 1, 1],
        d,
      })._tag,
    ).toBe('Unbounded');
    expect(
      refusal({
        H: [
          [0, 0],
          [0, 1],
        ],
        g: [1e-30, 1],
        d: [0, 0],
      }),
    ).toMatchObject({ groups: [0], curvature: 0 });
    expect(
      refusal({
        H: [
          [0, 1e-30],
          [1e-30, 1],
        ],
        g: [0, 1],
        d: [0, 1],
      }),
    ).toMatchObject({ groups: [0], curvature: 0 });
  });
});

describe('numbers at the edge of float64', () => {
  it('are answered or refused, in finite time and without a NaN', () => {
    const extreme = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -320, max: 308 }).map((exponent) => 10 ** exponent),
      fc.integer({ min: -100, max: 100 }).map((exponent) => 10 ** exponent),
      fc.integer({ min: -100, max: 100 }).map((exponent) => 10 ** exponent),
      fc.integer({ min: -40, max: 40 }).map((exponent) => 10 ** exponent),
      fc.constantFrom(0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE),
    );
    const problem = fc.integer({ min: 1, max: 4 }).chain((size) =>
      fc.record({
        upper: fc.array(extreme, { minLength: size * size, maxLength: size * size }),
        g: fc.array(extreme, { minLength: size, maxLength: size }),
        d: fc.array(extreme.map(Math.abs), { minLength: size, maxLength: size }),
        lambda: extreme.map(Math.abs),
      }),
    );
    const numbers = (value: unknown): readonly number[] =>
      typeof value === 'number'
        ? [value]
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(numbers)
          : [];
    let answered = 0;
    fc.assert(
      fc.property(problem, ({ upper, g, d, lambda }) => {
        const H = g.map((_, s) => g.map((__, t) => upper[Math.min(s, t) * g.length + Math.max(s, t)]));
        const result = solveCubic({ H, g, d, lambda });
        if (result._tag === 'Left') {
          expect(result.left._tag).toMatch(/Unbounded|OutOfRange/);
          return;
        }
        answered += 1;
        expect(numbers(result.right).every(Number.isFinite)).toBe(true);
        expect(result.right.certificate.residual).toBeLessThan(1e-6);
      }),
      { numRuns: 5000 },
    );
    expect(answered).toBeGreaterThan(500);
  });
});
