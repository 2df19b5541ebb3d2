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

  it('groups that nothing pulls and nothing couples to the others stay, and the others move as without them', () => {
    const block = fc.record({ size: fc.integer({ min: 1, max: 6 }), zero: fc.boolean(), seed });
    fc.assert(
      fc.property(any, block, seed, (made, { size, zero, seed: blockSeed }, order) => {
        const p = problem({ ...made, spread: 0 });
        const still = problem({ kind: 'definite', size, seed: blockSeed, scale: made.scale, spread: 0 });
        const n = p.g.length;
        const { uniform } = random(order);
        // Each place holds a group of the problem, or of the block.
        const places = vector(n + size, (s) => s)
          .map((s) => [uniform(0, 1), s] as const)
          .sort(([a], [b]) => a - b)
          .map(([, s]) => s);
        const entry = (s: number, t: number): number => {
          if (s < n && t < n) return p.H[s][t];
          return s >= n && t >= n && !zero ? still.H[s - n][t - n] : 0;
        };
        const before = solveCubic(p);
        const after = solveCubic({
          H: places.map((s) => places.map((t) => entry(s, t))),
          g: places.map((s) => (s < n ? p.g[s] : 0)),
          d: places.map((s) => (s < n ? p.d[s] : still.d[s - n])),
          lambda: p.lambda,
        });
        if (before._tag === 'Left') {
          expect(after._tag === 'Left' && after.left._tag).toBe(before.left._tag);
          return;
        }
        // Without a cubic term, a block of zeros is a space along which T is constant.
        const { eta, r } = after._tag === 'Right' ? after.right : expect.fail(after.left.message);
        const own = places.flatMap((s, i) => (s < n ? [[s, eta[i]] as const] : []));
        expect(places.every((s, i) => s < n || eta[i] === 0)).toBe(true);
        expect(Math.abs(r - before.right.r)).toBeLessThanOrEqual(1e-8 * before.right.r);
        // Which of several minimisers is returned may turn on a rounding error.
        if (before.right.case === 'hard' || made.kind.startsWith('hard')) return;
        const unit = vector(n, (s) => Math.sqrt(Math.abs(p.H[s][s]) + (p.lambda / 2) * before.right.r * p.d[s] ** 2));
        const length = Math.hypot(...before.right.eta.map((value, s) => value * unit[s]));
        const moved = Math.hypot(...own.map(([s, value]) => (value - before.right.eta[s]) * unit[s]));
        expect(moved).toBeLessThanOrEqual((made.kind === 'nearly hard' ? 1e-3 : 1e-6) * length);
      }),
      { numRuns: 1500 },
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
