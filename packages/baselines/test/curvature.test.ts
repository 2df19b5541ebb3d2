import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adahessian,
  chain,
  constantRate,
  type Direction,
  drawProbes,
  lbfgs,
  momentum,
  newton,
  newtonCG,
  trainStep,
} from '../src/index.js';
import { scalar } from './follow.js';
import { carry, initialValues, runStep, type Values } from './trajectory.js';

const a = G.input('a', [2], 'float64');
const b = G.input('b', [1, 2], 'float64');
const flat = G.concat([a, G.reshape(b, [2])], 0);

/** ½θᵀMθ − cᵀθ over the four scalars of a and b. */
const quadratic = (m: readonly (readonly number[])[], c: readonly number[]): G.Expr => {
  const matrix = G.constant(G.tensor(m.flat(), [4, 4], 'float64'));
  const row = G.reshape(flat, [1, 4]);
  const linear = G.reduceSum(G.mul(flat, G.constant(G.tensor(c, [4], 'float64'))));
  return G.sub(G.mul(G.reduceSum(G.mul(row, G.matmul(row, matrix))), 0.5), linear);
};

const at = (theta: readonly number[]): Values => ({
  a: { shape: [2], data: Float64Array.from(theta.slice(0, 2)) },
  b: { shape: [1, 2], data: Float64Array.from(theta.slice(2)) },
});
const next = (outputs: Values): readonly number[] => [...outputs['next.a']!.data, ...outputs['next.b']!.data];

const run = (loss: G.Expr, direction: Direction, theta: readonly number[], steps = 1, rate = 1): readonly Values[] => {
  const graph = trainStep({ loss, parameters: [a, b], direction, rule: constantRate() });
  let values: Values = { ...initialValues(graph), ...at(theta), rate: scalar(rate) };
  return Array.from({ length: steps }, (_, t) => {
    const probes = Object.fromEntries(
      [...drawProbes(1)(graph, t)].map(([name, { shape, data }]) => [
        name,
        { shape, data: Float64Array.from(data as Float64Array) },
      ]),
    );
    const outputs = runStep(graph, { ...values, ...probes });
    values = carry(values, outputs);
    return outputs;
  });
};

const entry = fc.double({ min: -3, max: 3, noNaN: true });
const point = fc.array(entry, { minLength: 4, maxLength: 4 });
/** BBᵀ + I: positive definite. */
const definite = fc
  .array(point, { minLength: 4, maxLength: 4 })
  .map((rows) => rows.map((r, i) => rows.map((s, j) => r.reduce((sum, v, k) => sum + v * s[k]!, 0) + Number(i === j))));
const gradientAt = (m: readonly (readonly number[])[], c: readonly number[], theta: readonly number[]): number[] =>
  m.map((row, i) => row.reduce((sum, v, k) => sum + v * theta[k]!, 0) - c[i]!);
const largest = (v: readonly number[]): number => Math.max(...v.map(Math.abs));

describe('Newton’s direction', () => {
  it('reaches the minimum of a quadratic in one step', () => {
    fc.assert(
      fc.property(definite, point, point, (m, c, theta) => {
        const [outputs] = run(quadratic(m, c), newton(), theta);
        expect(largest(gradientAt(m, c, next(outputs!)))).toBeLessThan(1e-6);
        expect(outputs!['check.newtonResidual']!.data[0]).toBeLessThan(1e-7);
      }),
      { numRuns: 30 },
    );
  });

  it('reaches a saddle as well', () => {
    const m = [
      [1, 0, 0, 0],
      [0, -2, 0, 0],
      [0, 0, 3, 1],
      [0, 0, 1, -1],
    ];
    const [outputs] = run(quadratic(m, [1, 2, 3, 4]), newton(), [5, 5, 5, 5]);
    expect(largest(gradientAt(m, [1, 2, 3, 4], next(outputs!)))).toBeLessThan(1e-8);
  });

  it('has a residual that says that a Hessian has no inverse', () => {
    const m = Array.from({ length: 4 }, () => [1, 1, 1, 1]);
    const [outputs] = run(quadratic(m, [1, 0, 0, 0]), newton(), [0, 0, 0, 0]);
    expect(outputs!['check.newtonResidual']!.data[0]).toBeGreaterThan(0.1);
  });
});

describe('truncated Newton', () => {
  it('of as many conjugate gradients as scalars is Newton’s', () => {
    fc.assert(
      fc.property(definite, point, point, (m, c, theta) => {
        const [outputs] = run(quadratic(m, c), newtonCG({ iterations: 8, tolerance: 1e-10 }), theta);
        const start = largest(gradientAt(m, c, theta));
        expect(largest(gradientAt(m, c, next(outputs!)))).toBeLessThan(1e-6 * Math.max(1, start));
      }),
      { numRuns: 30 },
    );
  });

  it('of one is the gradient with Cauchy’s step', () => {
    fc.assert(
      fc.property(definite, point, point, (m, c, theta) => {
        const g = gradientAt(m, c, theta);
        fc.pre(largest(g) > 1e-3);
        const dot = (u: readonly number[], v: readonly number[]) => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
        const rate = dot(g, g) / dot(g, gradientAt(m, [0, 0, 0, 0], g));
        const [outputs] = run(quadratic(m, c), newtonCG({ iterations: 1 }), theta);
        const expected = theta.map((v, i) => v - rate * g[i]!);
        expect(largest(next(outputs!).map((v, i) => v - expected[i]!))).toBeLessThan(1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('falls back on the gradient where the curvature is negative, and keeps what it found before that', () => {
    const concave = [-1, -1, -1, -1].map((v, i) => [0, 1, 2, 3].map((j) => (i === j ? v : 0)));
    const [outputs] = run(quadratic(concave, [0, 0, 0, 0]), newtonCG(), [1, 2, 3, 4]);
    expect(next(outputs!)).toEqual([2, 4, 6, 8]);
    // g = (1, −δ, 0, 0) is convex along itself; the second conjugate direction is not.
    const saddle = [1, -1, 1, 1].map((v, i) => [0, 1, 2, 3].map((j) => (i === j ? v : 0)));
    const start = [1, 0.1, 0, 0];
    const [stopped] = run(quadratic(saddle, [0, 0, 0, 0]), newtonCG(), start);
    const [once] = run(quadratic(saddle, [0, 0, 0, 0]), newtonCG({ iterations: 1 }), start);
    expect(next(stopped!)).toEqual(next(once!));
  });

  it('stands still at a stationary point', () => {
    const m = [1, 2, 3, 4].map((v, i) => [0, 1, 2, 3].map((j) => (i === j ? v : 0)));
    const [outputs] = run(quadratic(m, [0, 0, 0, 0]), newtonCG(), [0, 0, 0, 0]);
    expect(next(outputs!)).toEqual([0, 0, 0, 0]);
    expect(outputs!['check.cgResidual']!.data[0]).toBe(0);
  });
});

describe('L-BFGS', () => {
  it('finds the minimum of a quadratic', () => {
    fc.assert(
      fc.property(definite, point, point, (m, c, theta) => {
        fc.pre(largest(gradientAt(m, c, theta)) > 1e-3);
        const all = run(quadratic(m, c), lbfgs({ history: 4 }), theta, 40);
        expect(largest(gradientAt(m, c, next(all.at(-1)!)))).toBeLessThan(1e-3);
      }),
      { numRuns: 10 },
    );
  });

  it('begins with the gradient, shortened', () => {
    const m = [1, 2, 3, 4].map((v, i) => [0, 1, 2, 3].map((j) => (i === j ? v : 0)));
    const [outputs] = run(quadratic(m, [0, 0, 0, 0]), lbfgs(), [1, 1, 1, 1]);
    next(outputs!).forEach((v, i) => {
      expect(v).toBeCloseTo(1 - (i + 1) / 10, 12);
    });
  });

  it('does not remember steps without positive curvature', () => {
    const concave = [-1, -1, -1, -1].map((v, i) => [0, 1, 2, 3].map((j) => (i === j ? v : 0)));
    const all = run(quadratic(concave, [0, 0, 0, 0]), lbfgs({ history: 2 }), [1, 2, 3, 4], 3);
    expect(largest([...all.at(-1)!['next.state.lbfgsSteps.a']!.data])).toBe(0);
  });
});

describe('AdaHessian', () => {
  it('with ε = 0 is Newton’s where the Hessian is diagonal: one step minimises', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 4, maxLength: 4 }),
        point,
        (d, c) => {
          const m = d.map((v, i) => d.map((_, j) => (i === j ? v : 0)));
          const [outputs] = run(quadratic(m, c), adahessian({ eps: 0 }), [1, -2, 3, -4]);
          expect(largest(gradientAt(m, c, next(outputs!)))).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it('asks for a probe of each parameter, after the batch', () => {
    const x = G.input('x', ['N', 2], 'float64');
    const graph = trainStep({
      loss: G.mean(G.square(G.mul(x, a))),
      parameters: [a],
      direction: adahessian(),
      rule: constantRate(),
    });
    expect(graph.inputs.slice(-4).map((i) => i.attributes.name)).toEqual(['step', 'x', 'probe.a', 'rate']);
  });

  it('averages the curvature over a kernel’s spatial axes', () => {
    const w = G.input('w', [1, 2, 2], 'float64');
    const weights = G.constant(G.tensor([1, 3, 5, 7], [1, 2, 2], 'float64'));
    const graph = trainStep({
      loss: G.mul(G.reduceSum(G.mul(weights, G.square(w))), 0.5),
      parameters: [w],
      direction: adahessian({ eps: 0 }),
      rule: constantRate(),
    });
    const ones = { shape: [1, 2, 2], data: Float64Array.of(1, 1, 1, 1) };
    const out = runStep(graph, { ...initialValues(graph), w: ones, 'probe.w': ones, rate: scalar(1) });
    expect(Array.from(out['next.w']!.data)).toEqual(
      [0.5, -0.5, 1 - 5 / 6, 1 - 7 / 6].map((v) => expect.closeTo(v, 12)),
    );
  });
});

describe('probes', () => {
  const graph = trainStep({
    loss: G.reduceSum(G.square(flat)),
    parameters: [a, b],
    direction: adahessian(),
    rule: constantRate(),
  });
  const drawn = (seed: number, step: number) =>
    [...drawProbes(seed)(graph, step)].map(([name, { data }]) => `${name}:${data.join()}`).join(' ');

  it('are signs that depend on seed, step and name alone', () => {
    expect(drawn(1, 2)).toBe(drawn(1, 2));
    const many = new Set(Array.from({ length: 40 }, (_, t) => drawn(1, t)));
    expect(many.size).toBeGreaterThan(10);
    expect(drawn(1, 0).replace(/probe\.[ab]:|-?1|,| /g, '')).toBe('');
  });

  it('are as often + as −', () => {
    const wide = G.input('wide', [4000], 'float64');
    const big = trainStep({
      loss: G.reduceSum(G.square(wide)),
      parameters: [wide],
      direction: adahessian(),
      rule: constantRate(),
    });
    const signs = [...drawProbes(3)(big, 0).get('probe.wide')!.data].map(Number);
    expect(new Set(signs)).toEqual(new Set([1, -1]));
    expect(Math.abs(signs.reduce((x, y) => x + y, 0))).toBeLessThan(4 * Math.sqrt(4000));
  });
});

describe('composition', () => {
  it('hands checks and inputs on', () => {
    const loss = G.reduceSum(G.square(flat));
    const direction = chain(adahessian(), newtonCG(), momentum());
    const graph = trainStep({ loss, parameters: [a, b], direction, rule: constantRate() });
    expect(graph.inputs.map((i) => i.attributes.name)).toContain('probe.b');
    expect(graph.outputs.map((o) => o.name)).toContain('check.cgResidual');
  });
});

describe('options out of range', () => {
  it.each([
    [() => adahessian({ power: -1 }), /adahessian: power is -1/],
    [() => adahessian({ power: 2 }), /adahessian: power is 2; it must be in \[0, 1\]/],
    [() => adahessian({ beta1: 1 }), /adahessian: beta1 is 1/],
    [() => lbfgs({ history: 0 }), /lbfgs: history is 0/],
    [() => newton({ damping: -1 }), /newton: damping is -1/],
    [() => newtonCG({ iterations: 1.5 }), /newtonCG: iterations is 1.5/],
  ])('%s throws', (build, message) => {
    expect(build).toThrow(G.GraphError);
    expect(build).toThrow(message);
  });
});
