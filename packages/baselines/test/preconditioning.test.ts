import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantRate, type Direction, muon, shampoo, trainStep } from '../src/index.js';
import { scalar } from './follow.js';
import { carry, initialValues, runStep, type Values } from './trajectory.js';

const entry = fc.double({ min: -3, max: 3, noNaN: true });
const largest = (v: readonly number[]): number => Math.max(...v.map(Math.abs));
const a = G.input('a', [2], 'float64');

describe('preconditioning by matrices', () => {
  const w = G.input('w', [2, 3], 'float64');
  const g = G.input('g', [2, 3], 'float64');
  const matrix = (data: readonly number[]): G.Value => ({ shape: [2, 3], data: Float64Array.from(data) });
  const step = (direction: Direction, gradient: readonly number[], state: Values = {}) => {
    const loss = G.reduceSum(G.mul(g, w));
    const graph = trainStep({ loss, parameters: [w], direction, rule: constantRate() });
    const start = { ...initialValues(graph), ...state, w: matrix([0, 0, 0, 0, 0, 0]) };
    return runStep(graph, { ...start, g: matrix(gradient), rate: scalar(-1) });
  };
  const gradient = fc.array(entry, { minLength: 6, maxLength: 6 }).filter((v) => {
    // Rank 2, safely: the rows' Gram determinant is not small.
    const [p, q] = [v.slice(0, 3), v.slice(3)];
    const dot = (x: readonly number[], y: readonly number[]) => x.reduce((s, e, i) => s + e * y[i]!, 0);
    return dot(p, p) * dot(q, q) - dot(p, q) ** 2 > 0.1;
  });
  const rowsGram = (u: readonly number[]): readonly number[] => {
    const [p, q] = [u.slice(0, 3), u.slice(3)];
    const dot = (x: readonly number[], y: readonly number[]) => x.reduce((s, e, i) => s + e * y[i]!, 0);
    return [dot(p, p), dot(p, q), dot(q, q)];
  };

  it('by Shampoo makes the first step orthogonal, whatever the gradient’s scale', () => {
    fc.assert(
      fc.property(gradient, (v) => {
        const u = Array.from(step(shampoo({ eps: 1e-9, iterations: 45 }), v)['next.w']!.data);
        expect(rowsGram(u)).toEqual([1, 0, 1].map((x) => expect.closeTo(x, 4)));
      }),
      { numRuns: 30 },
    );
  });

  it('by Shampoo with the state’s roots uses those, and carries the moments on', () => {
    const first = step(shampoo(), [1, 2, 3, 4, 5, 7]);
    const state = carry({}, first);
    const again = step(shampoo({ refresh: false }), [1, 2, 3, 4, 5, 7], state);
    expect(again['next.w']).toEqual(first['next.w']);
    expect(again['next.state.shampooRoot.0.w']).toEqual(first['next.state.shampooRoot.0.w']);
    const doubled = Array.from(first['next.state.shampooMoment.0.w']!.data, (x) => 2 * x);
    expect(Array.from(again['next.state.shampooMoment.0.w']!.data)).toEqual(doubled);
  });

  it('by Shampoo leaves axes alone that are too long', () => {
    const out = step(shampoo({ longest: 2 }), [1, 2, 3, 4, 5, 7]);
    expect(Object.keys(out).filter((name) => name.startsWith('next.state'))).toEqual([
      'next.state.shampooMoment.0.w',
      'next.state.shampooRoot.0.w',
    ]);
    const all = step(shampoo({ longest: Number.POSITIVE_INFINITY }), [1, 2, 3, 4, 5, 7]);
    expect(Object.keys(all)).toContain('next.state.shampooMoment.1.w');
    const none = step(shampoo({ longest: 1 }), [1, 2, 3, 4, 5, 7]);
    expect(Array.from(none['next.w']!.data)).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it('by Shampoo leaves axes of length 1 alone: they count in the root and have no factor', () => {
    const [column, ones] = [G.input('column', [2, 1], 'float64'), G.input('ones', [2, 1], 'float64')];
    const graph = trainStep({
      loss: G.reduceSum(G.mul(column, ones)),
      parameters: [column],
      direction: shampoo({ eps: 1e-9, iterations: 45 }),
      rule: constantRate(),
    });
    const names = graph.inputs.map((i) => i.attributes.name).filter((name) => name.startsWith('state'));
    expect(names).toEqual(['state.shampooMoment.0.column', 'state.shampooRoot.0.column']);
    const at = (data: readonly number[]): G.Value => ({ shape: [2, 1], data: Float64Array.from(data) });
    const out = runStep(graph, { ...initialValues(graph), column: at([0, 0]), ones: at([3, 4]), rate: scalar(-1) });
    // L = ggᵀ has the eigenvalue ‖g‖² = 25 along g, so L^(−1/4)g is g/√5.
    expect(Array.from(out['next.column']!.data)).toEqual([3, 4].map((x) => expect.closeTo(x / Math.sqrt(5), 6)));
  });

  it('by Muon does not see the gradient’s scale', () => {
    fc.assert(
      fc.property(gradient, fc.double({ min: 0.1, max: 10, noNaN: true }), (v, c) => {
        const plain = step(muon(), v)['next.w']!.data;
        const scaled = step(
          muon(),
          v.map((x) => c * x),
        )['next.w']!.data;
        expect(largest(Array.from(plain, (x, i) => x - scaled[i]!))).toBeLessThan(1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('by Muon refuses vectors', () => {
    const parameters = [a];
    expect(() =>
      trainStep({ loss: G.reduceSum(G.square(a)), parameters, direction: muon(), rule: constantRate() }),
    ).toThrow(/muon: "a" has the shape \[2\] and is no matrix; give it another direction with byParameter/);
  });
});

describe('options out of range', () => {
  it.each([
    [() => shampoo({ eps: 0 }), /shampoo: eps is 0/],
    [() => shampoo({ decay: 1.5 }), /shampoo: decay is 1.5; it must be in \(0, 1\]/],
    [() => shampoo({ longest: Number.NaN }), /shampoo: longest is NaN; it must be a whole number of at least 1/],
    [() => shampoo({ longest: -1 }), /shampoo: longest is -1/],
    [() => muon({ beta: 1 }), /muon: beta is 1/],
    [() => muon({ eps: Number.NaN }), /muon: eps is NaN; it must be a finite number of at least 0/],
    [() => muon({ eps: -1 }), /muon: eps is -1/],
    [
      () => muon({ coefficients: [1.5, Number.NaN, 0] }),
      /muon: coefficients are \[1.5, NaN, 0\]; they must be three finite numbers/,
    ],
    [() => muon({ coefficients: [1.5, -0.5] as never }), /muon: coefficients are \[1.5, -0.5\]/],
  ])('%s throws', (build, message) => {
    expect(build).toThrow(G.GraphError);
    expect(build).toThrow(message);
  });
});
