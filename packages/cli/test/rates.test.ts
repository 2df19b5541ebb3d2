import { describe, expect, it } from 'vitest';
import { ratesOf } from '../src/rates.js';

const groups = ['fc1.weight', 'fc1.bias', 'fc2.weight'].map((name) => ({ name }));
const gbar = [1, 1, 1];
const diagonal = (...entries: readonly number[]) => entries.map((h, s) => entries.map((_, t) => (s === t ? h : 0)));

const messageOf = (Hbar: readonly (readonly number[])[], D3: readonly number[], lambdaInt: number) => {
  const rates = ratesOf(groups, { gbar, Hbar, D3 })(lambdaInt);
  return 'error' in rates ? rates.error.message : undefined;
};

describe('a refusal of the solver', () => {
  it('names the groups, not their numbers, and the option that cures it', () => {
    expect(messageOf(diagonal(1, -2, 3), [1, 1, 1], 0)).toBe(
      'H̄ has negative curvature along fc1.bias, and without a cubic term the model has no minimum; use --lambda-int above 0',
    );
    expect(messageOf(diagonal(1, -2, 3), [1, 0, 1], 1)).toBe(
      'H̄ has negative curvature along fc1.bias, where D3 is 0 and no cubic term acts, so the model has no minimum; join groups with --partition, or use --dtype float64 where derivatives this small are lost',
    );
    const singular = [
      [1, 0, 1],
      [0, 1, 0],
      [1, 0, 1],
    ];
    expect(ratesOf(groups, { gbar: [1, 1, 2], Hbar: singular, D3: [0, 0, 0] })(0)).toMatchObject({
      error: {
        kind: 'Unbounded',
        message: expect.stringContaining(
          'is singular to working precision along a combination of fc1.weight, fc2.weight',
        ),
      },
    });
  });

  it('names the entry that is not finite', () => {
    const Hbar = [
      [1, 0, 0],
      [0, 1, Number.NaN],
      [0, Number.NaN, 1],
    ];
    expect(messageOf(Hbar, [1, 1, 1], 1)).toMatch(/^H̄ of fc1\.bias × fc2\.weight is not finite; /);
    expect(messageOf(diagonal(1, 1, 1), [1, Number.POSITIVE_INFINITY, 1], 1)).toMatch(
      /^D3 of fc1\.bias is not finite; /,
    );
  });

  it('says that a combination of groups is to blame, where the diagonal of each is positive', () => {
    const Hbar = [
      [1, 2, 0],
      [2, 1, 0],
      [0, 0, 1],
    ];
    expect(messageOf(Hbar, [1, 1, 1], 0)).toMatch(
      /^H̄ has negative curvature along a combination of fc1\.weight, fc1\.bias, and /,
    );
  });

  it('counts groups when there are many', () => {
    const many = Array.from({ length: 9 }, (_, s) => ({ name: `g${s}` }));
    // I − 11ᵀ/8.5: positive definite on any eight of the nine groups.
    const Hbar = many.map((_, s) => many.map((__, t) => (s === t ? 1 : 0) - 1 / 8.5));
    const rates = ratesOf(many, { gbar: many.map(() => 1), Hbar, D3: many.map(() => 0) })(0);
    expect(rates).toMatchObject({
      error: { message: expect.stringContaining('along a combination of g0, g1, g2, g3, g4, g5 and 3 more,') },
    });
  });
});

describe('a solution', () => {
  const ones = groups.map(() => groups.map(() => 1));

  it('says along how many directions the model is flat, so that it is one of many', () => {
    expect(ratesOf(groups, { gbar, Hbar: ones, D3: [0, 0, 0] })(0)).toMatchObject({ flatDirections: 2 });
    // With a cubic term on one group the other two still trade rates with one another.
    expect(ratesOf(groups, { gbar, Hbar: ones, D3: [1, 0, 0] })(1)).toMatchObject({ flatDirections: 1 });
    expect(ratesOf(groups, { gbar, Hbar: ones, D3: [1, 1, 1] })(1)).not.toHaveProperty('flatDirections');
  });

  it('does not count a group that is in no term of the model', () => {
    const summary = { gbar: [1, 0, 1], Hbar: diagonal(1, 0, 1), D3: [0, 0, 0] };
    expect(ratesOf(groups, summary)(0)).not.toHaveProperty('flatDirections');
    expect(ratesOf(groups, summary)(1)).not.toHaveProperty('flatDirections');
  });
});
