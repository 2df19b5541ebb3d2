/** Derivatives that are infinite, behind what is constant: 0·∞ is left out. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectClose } from './oneNode.js';

const x = G.input('x', [4], 'float64');
const u = G.input('u', [4], 'float64');
const at = {
  x: { shape: [4], data: Float64Array.from([-1, 4, -2, 1]) },
  u: { shape: [4], data: Float64Array.from([1, 0.5, 2, -1]) },
};

/** d/dx √x and so on where x is positive, 0 elsewhere. */
const roots = {
  gradient: [0, 0.25, 0, 0.5],
  gbar: 0.5 * 0.25 - 0.5,
  Hbar: 0.25 * (-1 / 32) - 0.25,
  D3: 0.125 * (3 / 256) - 0.375,
};

describe('a root of what is cut off at 0', () => {
  const written: Readonly<Record<string, (v: G.Expr) => G.Expr>> = {
    'relu, sqrt': (v) => G.sqrt(G.relu(v)),
    'relu, power': (v) => G.pow(G.relu(v), 0.5),
    'maximum, sqrt': (v) => G.sqrt(G.maximum(v, 0)),
    'the other operand of maximum': (v) => G.sqrt(G.maximum(G.constant(0, 'float64'), v)),
    'relu, scaled before and after': (v) => G.mul(G.sqrt(G.mul(G.relu(v), 4)), 0.5),
  };

  it.each(Object.entries(written))('%s', (_, f) => {
    const loss = G.reduceSum(f(x));
    const { gbar, Hbar, D3 } = G.summary(loss, [[{ parameter: x, direction: u }]]);
    const values = G.evaluate([G.grad(loss, [x])[0]!, gbar, Hbar!, D3!, G.hvp(loss, [x], [u])[0]!], at);
    expectClose(values[0]!.data, roots.gradient, 1e-12);
    expectClose(values[1]!.data, [roots.gbar], 1e-12);
    expectClose(values[2]!.data, [roots.Hbar], 1e-12);
    expectClose(values[3]!.data, [roots.D3], 1e-12);
    expectClose(values[4]!.data, [0, -1 / 64, 0, 0.25], 1e-12);
  });

  it('is infinite at 0 itself where what comes there passes', () => {
    const loss = G.reduceSum(G.sqrt(G.square(x)));
    const [gradient] = G.evaluate([G.grad(loss, [x])[0]!], { x: { shape: [4], data: new Float64Array(4) } });
    expect([...gradient!.data].every(Number.isNaN)).toBe(true);
  });

  it('passes gradients that are finite after a sum, as PyTorch does', () => {
    const loss = G.reduceSum(G.sqrt(G.reduceSum(G.reshape(G.relu(x), [2, 2]), [0])));
    const [gradient] = G.evaluate([G.grad(loss, [x])[0]!], {
      x: { shape: [4], data: Float64Array.from([-1, 4, -2, 5]) },
    });
    expectClose(gradient!.data, [0, 1 / 6, 0, 1 / 6], 1e-12);
  });

  it('passes nothing through a sum of two that are cut off', () => {
    const loss = G.reduceSum(G.sqrt(G.add(G.relu(x), G.relu(G.mul(x, 3)))));
    const [gradient] = G.evaluate([G.grad(loss, [x])[0]!], at);
    expectClose(gradient!.data, [0, 0.5, 0, 1], 1e-12);
  });

  it('a logarithm of hardSigmoid passes nothing where that is 0 or 1', () => {
    const loss = G.reduceSum(G.log(G.hardSigmoid(x, 0.5, 0.5)));
    const [gradient] = G.evaluate([G.grad(loss, [x])[0]!], {
      x: { shape: [4], data: Float64Array.from([-3, 0, 0.5, 3]) },
    });
    expectClose(gradient!.data, [0, 1, 2 / 3, 0], 1e-12);
  });

  it('costs nothing where nothing is singular', () => {
    const operations = G.topologicalOrder(G.grad(G.reduceSum(G.exp(G.relu(x))), [x])).map(({ op }) => op.name);
    expect(operations).not.toContain('where');
  });
});

describe('gradients by what has none', () => {
  it.each(['int64', 'bool'] as const)('of %s are refused', (dtype) => {
    const i = G.input('i', [4], dtype);
    const loss = G.reduceSum(G.mul(x, G.cast(i, 'float64')));
    expect(() => G.grad(loss, [i])).toThrow(`needs a floating-point operand, got ${dtype}[4]`);
  });
});
