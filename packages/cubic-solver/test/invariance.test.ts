import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solveCubic } from '../src/index.js';
import { problem, random, rescale, vector } from './problems.js';
import { recipe, seed, solved } from './recipe.js';

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
