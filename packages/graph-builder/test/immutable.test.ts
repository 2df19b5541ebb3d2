/** Expressions are values: the same object just where they are equal, whatever becomes of arrays given or got. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

const dataOf = (expr: G.Expr): number[] => [...G.evaluate([expr], {})[0]!.data];

describe('arrays that an expression was built from', () => {
  it('give each input the shape that they had at the time', () => {
    const shape: G.Dim[] = ['N', 0];
    const inputs = [2, 3, 4].map((k) => {
      shape[1] = k;
      return G.input(`immutable.x${k}`, shape);
    });
    expect(inputs.map((x) => x.shape)).toEqual([2, 3, 4].map((k) => ['N', k]));
    expect(inputs[0]).toBe(G.input('immutable.x2', ['N', 2]));
  });

  const w = G.input('immutable.w', [2, 3]);
  const v = G.input('immutable.v', [2, 3]);
  const u = G.input('immutable.u', [2, 3]);
  const build: Readonly<Record<string, readonly [(list: never[]) => G.Expr, readonly unknown[], readonly unknown[]]>> =
    {
      transpose: [(perm) => G.transpose(w, perm), [1, 0], [0, 1]],
      reshape: [(shape) => G.reshape(w, shape), [3, 2], [6, 1]],
      expand: [(shape) => G.expand(w, shape), [4, 2, 3], [5, 2, 3]],
      reduceSum: [(axes) => G.reduceSum(w, axes), [0], [1]],
      pad: [(before) => G.pad(w, before, [0, 0]), [1, 2], [2, 1]],
      dims: [(dims) => G.dims(dims), ['N', 'M'], ['M', 'N']],
      concat: [(parts) => G.concat(parts, 0), [w, v], [w, u]],
    };
  it.each(Object.entries(build))('may change afterwards: %s', (_, [make, given, other]) => {
    const list = [...given];
    const before = make(list as never[]);
    const [shape, attributes] = [[...before.shape], JSON.stringify(before.attributes)];
    list.splice(0, list.length, ...other);
    expect(before.shape).toEqual(shape);
    expect(JSON.stringify(before.attributes)).toBe(attributes);
    expect(make([...given] as never[])).toBe(before);
    expect(make(list as never[])).not.toBe(before);
  });
});

it('the arrays of an expression cannot be changed', () => {
  const x = G.transpose(G.input('immutable.x', [2, 3]), [1, 0]);
  for (const list of [x.shape, x.args, x.attributes.perm, x.args[0]!.shape, x.args[0]!.attributes.shape]) {
    expect(() => (list as unknown[]).push(4)).toThrow(TypeError);
  }
  expect(() => {
    x.attributes.perm = [0, 1];
  }).toThrow(TypeError);
});

describe('a constant', () => {
  it('has the values that its tensor had; later ones of equal values too', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 80 }), (numbers) => {
        // Beyond some length data are neither compared nor copied: then the same values elsewhere are another constant.
        const given = G.tensor(numbers, [numbers.length], 'float32');
        const before = G.constant(given);
        given.data[0] = 99;
        expect(dataOf(G.constant(G.tensor(numbers, [numbers.length], 'float32')))).toEqual(numbers);
        if (numbers.length <= 64) expect(dataOf(before)).toEqual(numbers);
      }),
    );
  });

  it('of large data is one with those that share them, and no other', () => {
    const made = () => G.tensor(new Float32Array(65), [65], 'float32');
    const shared = made();
    expect(G.constant(shared)).toBe(G.constant({ ...shared }));
    expect(G.constant(shared)).not.toBe(G.constant(made()));
  });

  it('is not what an evaluation of it gives', () => {
    const c = G.constant(G.tensor([1, 2], [2], 'float64'));
    G.evaluate([c], {})[0]!.data.fill(99);
    expect(dataOf(c)).toEqual([1, 2]);
  });

  it('has the shape that its tensor had', () => {
    const shape = [2, 3];
    const c = G.constant({ dtype: 'float32', shape, data: new Float32Array(6) });
    shape.reverse();
    expect([c.shape, G.tensorOf(c)!.shape]).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });
});

describe('nodes with a number for an attribute', () => {
  const x = G.input('immutable.a', [2], 'float64');
  const special = [
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    5e-324,
    2 ** 53,
    0.1 + 0.2,
    0.3,
  ];
  const numbers = fc.oneof(fc.constantFrom(...special), fc.double());
  const build: Readonly<Record<string, (attribute: number) => G.Expr>> = {
    leakyRelu: (alpha) => G.leakyRelu(x, alpha),
    elu: (alpha) => G.elu(x, alpha),
    hardSigmoid: (beta) => G.hardSigmoid(x, 1, beta),
  };
  it.each(Object.entries(build))('are one just where it is: %s', (_, make) => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(make(a) === make(b)).toBe(Object.is(a, b));
      }),
    );
  });

  it.each(special.filter((v) => v !== 0))('pow(x, %d) is that power, whatever was built before', (exponent) => {
    const values = { 'immutable.a': { shape: [2], data: Float64Array.of(0.5, 2) } };
    // Held, because a node that nobody holds may be collected.
    const others = special.map((each) => G.pow(x, each));
    expect([...G.evaluate([G.pow(x, exponent)], values)[0]!.data]).toEqual([0.5 ** exponent, 2 ** exponent]);
    expect(others).toHaveLength(special.length);
  });
});
