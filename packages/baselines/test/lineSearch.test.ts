import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineSearch, momentum, sgd, trainStep } from '../src/index.js';
import { vector } from './follow.js';
import { initialValues, runStep } from './trajectory.js';

const w = G.input('w', [2], 'float64');
/** ½(a w₀² + b w₁²) − w₀ + 2w₁. */
const quadratic = (a: number, b: number): G.Expr =>
  G.reduceSum(
    G.add(
      G.mul(G.square(w), G.constant(G.tensor([a / 2, b / 2], [2], 'float64'))),
      G.mul(w, G.constant(G.tensor([-1, 2], [2], 'float64'))),
    ),
  );

const step = (loss: G.Expr, start: readonly number[], largest: number) => {
  const graph = trainStep({ loss, parameters: [w], direction: sgd(), rule: lineSearch({ largest }) });
  return runStep(graph, { ...initialValues(graph), w: vector(start) });
};
const lossAt = (loss: G.Expr, at: readonly number[]): number => G.evaluate([loss], { w: vector(at) })[0]!.data[0]!;

const entry = fc.double({ min: -10, max: 10, noNaN: true });
const curvature = fc.double({ min: 0.1, max: 10, noNaN: true });

describe('the line search', () => {
  it('minimises a quadratic along its gradient', () => {
    fc.assert(
      fc.property(curvature, curvature, entry, entry, (a, b, x, y) => {
        const loss = quadratic(a, b);
        const out = step(loss, [x, y], 1e6);
        const next = Array.from(out['next.w']!.data);
        const g = [a * x - 1, b * y + 2];
        const least = lossAt(loss, next);
        for (const shift of [-1e-3, 1e-3]) {
          expect(lossAt(loss, [next[0]! + shift * g[0]!, next[1]! + shift * g[1]!])).toBeGreaterThanOrEqual(
            least - 1e-9,
          );
        }
        expect(out['check.rate']!.data[0]).toBeGreaterThan(0);
      }),
    );
  });

  it('stays within the largest rate, and takes it where the loss curves downwards', () => {
    const held = step(quadratic(0.1, 0.1), [0, 0], 0.5);
    expect(held['check.rate']!.data[0]).toBe(0.5);
    expect(Array.from(held['next.w']!.data)).toEqual([0.5, -1]);
    const concave = step(quadratic(-1, -1), [0, 0], 0.5);
    expect(concave['check.curvature']!.data[0]).toBe(-5);
    expect(concave['check.rate']!.data[0]).toBe(0.5);
  });

  it('stands still at a stationary point', () => {
    const out = step(quadratic(1, 1), [1, -2], 10);
    expect(Array.from(out['next.w']!.data)).toEqual([1, -2]);
    expect(out['check.rate']!.data[0]).toBe(0);
  });

  it('does not climb along a direction that does not descend', () => {
    const uphill = { ...momentum(), update: () => ({ direction: [G.neg(w)], state: { 'momentum.w': w } }) };
    const graph = trainStep({
      loss: G.mul(G.reduceSum(G.square(w)), 0.5),
      parameters: [w],
      direction: uphill,
      rule: lineSearch({ largest: 1 }),
    });
    const out = runStep(graph, { ...initialValues(graph), w: vector([3, 4]) });
    expect(Array.from(out['next.w']!.data)).toEqual([3, 4]);
  });

  it('refuses a largest rate that is no bound', () => {
    expect(() => lineSearch({ largest: Number.POSITIVE_INFINITY })).toThrow(/lineSearch: largest is Infinity/);
  });
});
