/** What is simplified as it is built is checked first: whether a call is refused does not depend on values, or on what its operands are made of. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { feedsFor, run } from './runtime.js';

const v = G.input('v', [10], 'float64');
const one = G.input('o', [1], 'float64');
const scalar = G.input('s', [], 'float64');
const single = G.input('f', [3], 'float32');
const flags = G.input('b', [2, 0], 'bool');

describe('a shape that a simplification would pass over', () => {
  it.each<readonly [string, () => G.Expr]>([
    ['a slice beyond a slice', () => G.slice(G.slice(v, [0], [3]), [2], [5])],
    ['a slice before an expansion', () => G.slice(G.expand(one, [3]), [-7], [2])],
    ['an expansion of an expansion', () => G.expand(G.expand(one, [3]), [5])],
    ['axes twice of an expanded number', () => G.transpose(G.expand(scalar, [2, 2]), [0, 0])],
    ['an axis too few', () => G.transpose(G.input('m', [2, 2]), [0])],
    ['zeros padded by less than nothing', () => G.pad(G.constant(G.tensor([0, 0], [2], 'float32')), [-1], [0])],
    ['zeros padded on too few axes', () => G.pad(G.expand(G.constant(0), [2, 2]), [1], [1])],
    ['nothing padded on too many axes', () => G.pad(v, [0, 0], [0, 0])],
    ['part of an element', () => G.reshape(single, [1.5, 2])],
    ['part of a repetition', () => G.expand(one, [2.5])],
    ['part of a zero', () => G.pad(v, [0.5], [0])],
    ['part of a slice', () => G.slice(v, [0], [2.5])],
    ['part of a tile', () => G.tile(v, [1.5])],
  ])('%s is refused', (_, build) => {
    expect(build).toThrow(G.GraphError);
  });
});

describe('types that differ', () => {
  const double = (value: number) => G.constant(value, 'float64');
  it.each<readonly [string, (a: G.Expr, b: G.Expr) => G.Expr]>([
    ['add', G.add],
    ['sub', G.sub],
    ['mul', G.mul],
    ['div', G.div],
  ])('are refused by %s, whatever the value', (operation, op) => {
    for (const value of [0, 1, 2, 3])
      expect(() => op(single, double(value))).toThrow(`${operation}: operands differ in type`);
    expect(() => op(double(0), single)).toThrow(`${operation}: operands differ in type`);
  });

  it('are refused by clip, of floats and integers', () => {
    for (const [x, bound] of [
      [single, double(1)],
      [G.input('i', [2], 'int8'), G.constant(1, 'int32')],
      [G.input('i', [2], 'int64'), G.constant(1, 'int32')],
    ] as const) {
      expect(() => G.clip(x, bound)).toThrow('clip: operands differ in type');
      expect(() => G.clip(x, undefined, bound)).toThrow('clip: operands differ in type');
    }
  });

  it.each<readonly [string, () => G.Expr]>([
    ['clip', () => G.clip(flags, 0, 1)],
    ['neg', () => G.neg(flags)],
    ['add', () => G.add(flags, flags)],
    ['sub', () => G.sub(flags, flags)],
    ['mul', () => G.mul(flags, flags)],
    ['reduceSum', () => G.reduceSum(flags)],
    ['argMax', () => G.argMax(flags, 0)],
  ])('%s needs numbers', (operation, build) => {
    expect(build).toThrow(`${operation}: needs numbers, got bool[2, 0]; cast it first`);
  });

  it.each<readonly [string, (i: G.Expr) => G.Expr]>([
    ['gather', (i) => G.gather(v, i)],
    ['gatherElements', (i) => G.gatherElements(v, i, 0)],
    ['scatterElements', (i) => G.scatterElements(i, i, 0, 3)],
    ['scatterSlices', (i) => G.scatterSlices(i, i, 0, 3)],
  ])('%s needs integers for indices', (operation, build) => {
    for (const dtype of ['float32', 'bool'] as const) {
      expect(() => build(G.input('i', [2], dtype))).toThrow(
        `${operation}: indices must be integers, got ${dtype}[2]; cast them`,
      );
    }
  });

  it('argMax needs an element', () => {
    expect(() => G.argMax(G.input('e', [2, 0]), 1)).toThrow('argMax: axis 1 of float32[2, 0] has no elements');
  });
});

describe('a quotient by a number', () => {
  const x = G.input('x', [6], 'float64');
  const numbers = Float64Array.of(5, 49, 103, 1e-310, 7, -1);
  const divisors = [3, 49, 103, 1e-310, 0.1, 8, 2 ** -1074];

  it('is rounded once, as JavaScript and runtimes round it', async () => {
    for (const divisor of divisors) {
      const wanted = [...numbers].map((n) => n / divisor);
      for (const quotient of [G.div(x, divisor), G.div(x, G.constant(divisor, 'float64'))]) {
        const [found] = G.evaluate([quotient], { x: { shape: [6], data: numbers } });
        expect([...found!.data]).toEqual(wanted);
        const graph = G.makeGraph([{ name: 'y', value: quotient }]);
        const out = await run(G.encode(graph), feedsFor(graph, { x: { shape: [6], data: numbers } }));
        expect(Array.from(out.y!.data)).toEqual(wanted);
      }
    }
  });

  it('has the derivative 1/c, and no other', () => {
    const [slope] = G.grad(G.reduceSum(G.div(x, 3)), [x]);
    const [found] = G.evaluate([slope!], { x: { shape: [6], data: numbers } });
    expect([...found!.data]).toEqual(new Array(6).fill(1 / 3));
    const { Hbar } = G.summary(G.reduceSum(G.square(G.div(x, 3))), [[{ parameter: x, direction: x }]]);
    const [curved] = G.evaluate([Hbar!], { x: { shape: [6], data: Float64Array.of(1, 2, 3, 4, 5, 6) } });
    expect(curved!.data[0]).toBeCloseTo((2 * 91) / 9, 12);
  });

  it('by a number whose reciprocal float32 does not hold has a finite derivative', async () => {
    const y = G.input('y', [1], 'float32');
    const loss = G.reduceSum(G.square(G.div(y, 1e-39)));
    const graph = G.makeGraph([{ name: 'slope', value: G.grad(loss, [y])[0]! }]);
    const { slope } = await run(G.encode(graph), { y: G.tensor([1e-42], [1], 'float32') });
    expect(Number.isFinite(slope!.data[0]!)).toBe(true);
  });

  it('by a power of two is a product', () => {
    expect(G.div(x, 8)).toBe(G.mul(x, 0.125));
    expect(G.div(x, 1)).toBe(x);
  });

  it('spreads its operand over ones', () => {
    const ones = G.constant(G.tensor([3, 3], [1, 2], 'float64'));
    expect(G.div(scalar, ones).shape).toEqual([1, 2]);
    expect(G.div(scalar, G.constant(G.tensor([3], [1, 1], 'float64'))).shape).toEqual([1, 1]);
  });
});

describe('float64 at its ends', () => {
  const at = (op: (x: G.Expr) => G.Expr, ...data: readonly number[]): readonly [G.Graph, readonly number[]] => {
    const value = op(G.input('x', [data.length], 'float64'));
    return [G.makeGraph([{ name: 'y', value }]), data];
  };
  const inRuntime = async ([graph, data]: readonly [G.Graph, readonly number[]]): Promise<readonly number[]> => {
    const out = await run(
      G.encode(graph),
      feedsFor(graph, { x: { shape: [data.length], data: Float64Array.from(data) } }),
    );
    return Array.from(out.y!.data);
  };

  it.each<readonly [string, (x: G.Expr) => G.Expr, (x: number) => number, readonly number[]]>([
    ['cosh', G.cosh, Math.cosh, [0, 0.5, -3, 709.9, 710.4, -710.4, 711]],
    ['sinh', G.sinh, Math.sinh, [0, 1e-9, 0.5, -3, 709.9, 710.4, -710.4, 711, -711]],
    ['atanh', G.atanh, Math.atanh, [1, -1, 0.5, -0.999, 1e-12]],
    ['softplus', G.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), [800, -800, 0, 3]],
  ])('%s is what it is', async (_, op, wanted, data) => {
    const found = await inRuntime(at(op, ...data));
    data.forEach((x, i) => {
      if (Number.isFinite(wanted(x))) expect(found[i]! / wanted(x) || 1).toBeCloseTo(1, 12);
      else expect(found[i]).toBe(wanted(x));
    });
  });

  it('logarithms of sums of exponentials are finite beyond float32', async () => {
    expect(await inRuntime(at((x) => G.reduceLogSumExp(x), 1e39, 1))).toEqual([1e39]);
    expect(await inRuntime(at((x) => G.reduceLogSumExp(x), -1e300, -1e300))).toEqual([-1e300]);
  });
});

describe('orders and engines', () => {
  const loss = G.reduceSum(G.square(v));
  const groups = [[{ parameter: v, direction: v }]];

  it.each([0, 4, 1.5, Number.NaN])('there is no summary of order %d', (order) => {
    expect(() => G.summary(loss, groups, { order: order as 1 })).toThrow(`summary: order is ${order}; give 1, 2 or 3`);
  });

  it('there are two engines', () => {
    expect(() => G.summary(loss, groups, { engine: 'Stacked' as 'stacked' })).toThrow(
      'summary: there is no engine "Stacked"; give stacked or generic',
    );
  });

  it.each([-1, 0.5])('there is no jet of order %d', (order) => {
    expect(() => G.jet(loss, new Map([[v, v]]), order)).toThrow(`jet: order is ${order}; give a whole number`);
  });
});

describe('lengths that evaluate is told', () => {
  it('may be multiples of another input’s, before it or after', () => {
    const [whole, half] = [G.input('whole', ['2*N'], 'float64'), G.input('half', ['N'], 'float64')];
    const value = (length: number) => ({ shape: [length], data: new Float64Array(length).fill(1) });
    const sum = G.add(G.reduceSum(whole), G.reduceSum(half));
    expect(G.evaluate([sum], { whole: value(6), half: value(3) })[0]!.data[0]).toBe(9);
    expect(() => G.evaluate([sum], { whole: value(7), half: value(3) })).toThrow(/input "whole" is float64\[2\*N\]/);
  });

  it('are one number where they have one name', () => {
    const [a, b] = [G.input('a', [3]), G.input('b', [3])];
    const sum = G.add(G.nonZero(a, 'places'), G.nonZero(b, 'places'));
    const value = (...data: readonly number[]) => ({ shape: [3], data: Float64Array.from(data) });
    expect([...G.evaluate([sum], { a: value(1, 1, 0), b: value(0, 1, 1) })[0]!.data]).toEqual([1, 3]);
    expect(() => G.evaluate([sum], { a: value(1, 1, 0), b: value(1, 1, 1) })).toThrow(/"places" is [23] and [32]/);
  });
});

describe('a large constant', () => {
  it('is not widened to be looked at', () => {
    const data = new Float32Array(2 ** 22);
    data[1] = 1;
    const weights = G.constant({ dtype: 'float32', shape: [2 ** 11, 2 ** 11], data });
    const before = process.memoryUsage().arrayBuffers;
    G.add(G.matmul(G.input('x', ['N', 2 ** 11]), G.mul(G.add(weights, 0), 1)), 1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });
});
