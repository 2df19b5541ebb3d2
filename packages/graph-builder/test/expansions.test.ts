import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topologicalOrder } from '../src/expr.js';
import * as G from '../src/index.js';
import { rowDots } from '../src/summary/inner.js';
import { relativeError } from './golden.js';

const shape = [2, 3, 4];
const operands = {
  whole: G.input('whole', shape, 'float64'),
  row: G.input('row', [4], 'float64'),
  column: G.input('column', [3, 1], 'float64'),
  number: G.input('number', [], 'float64'),
};
type Name = keyof typeof operands;
const names = Object.keys(operands) as Name[];

const pairs: Readonly<Record<string, (a: G.Expr, b: G.Expr) => G.Expr>> = {
  add: G.add,
  sub: G.sub,
  mul: G.mul,
  div: G.div,
  maximum: G.maximum,
  where: (a, b) => G.where(G.greater(a, b), a, b),
};

const values: fc.Arbitrary<Record<Name, G.Value>> = fc
  .array(fc.integer({ min: 1, max: 4000 }), { minLength: 32, maxLength: 32 })
  .map((numbers) => {
    const data = Float64Array.from(numbers, (n) => n / 1000);
    return {
      whole: { shape, data: data.subarray(0, 24) },
      row: { shape: [4], data: data.subarray(24, 28) },
      column: { shape: [3, 1], data: data.subarray(28, 31) },
      number: { shape: [], data: data.subarray(31) },
    };
  });

describe('an operation of expanded operands', () => {
  it.each(Object.keys(pairs))('%s: is that of what was expanded, of the same shape and values', (name) => {
    const f = pairs[name]!;
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...names), values, (a, b, feeds) => {
        const expanded = f(G.expand(operands[a], shape), G.expand(operands[b], shape));
        expect(expanded.shape).toEqual(shape);
        const plain = G.evaluate([G.expand(f(operands[a], operands[b]), shape)], feeds)[0]!;
        const [actual] = G.evaluate([expanded], feeds);
        expect(actual!.shape).toEqual(shape);
        expect([...actual!.data]).toEqual([...plain.data]);
      }),
      { numRuns: 40 },
    );
  });

  it('is computed where there are fewest numbers', () => {
    const sum = G.add(G.expand(operands.column, shape), G.expand(operands.number, shape));
    const sums = topologicalOrder([sum]).filter(({ op }) => op.name === 'add');
    expect(sums.map((node) => node.shape)).toEqual([[3, 1]]);
  });

  it('of numbers alone is a number, expanded to lengths that are not known', () => {
    const two = G.add(G.expand(G.constant(1, 'float64'), ['N', 4]), 1);
    expect(two).toBe(G.expand(G.constant(2, 'float64'), ['N', 4]));
  });

  it('makes nothing of zeros that are expanded', () => {
    const zeros = G.expand(G.constant(0, 'float64'), shape);
    expect(G.add(operands.whole, zeros)).toBe(operands.whole);
    expect(G.sub(operands.whole, zeros)).toBe(operands.whole);
  });

  it('leaves refusals as they are', () => {
    expect(() => G.add(G.expand(operands.row, [3, 4]), G.expand(operands.row, [2, 4]))).toThrow(/do not broadcast/);
    expect(() => G.add(G.expand(operands.row, [3, 4]), G.input('i', [4], 'int64'))).toThrow(/float64.*int64/);
  });
});

describe('inner products of the rows of two stacks', () => {
  it('are what they are where either or both are expanded', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...names), values, (a, b, feeds) => {
        const [x, y] = [a, b].map((name) => G.expand(operands[name], shape)) as [G.Expr, G.Expr];
        const expected = G.reduceSum(G.mul(x, y), [1, 2]);
        const [one, other] = G.evaluate([rowDots(x, y), expected], feeds);
        expect(one!.shape).toEqual([2]);
        expect(relativeError(other!.data, [...one!.data])).toBeLessThan(1e-14);
      }),
    );
  });
});
