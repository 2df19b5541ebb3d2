/** Names, outputs, arrays and numbers that a graph cannot have are refused, named, with the cure. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { arrayTypes } from '../src/tensor.js';
import { modelOf, refusalOf, valueInfo } from './oneNode.js';

const refusal = (operation: string, message: string): G.GraphError => new G.GraphError(operation, message);
const TYPES = Object.keys(arrayTypes) as readonly G.DType[];
const x = G.input('x', [2], 'float64') as G.Input;

describe('a tensor is in the array of its type', () => {
  it('or is no constant and no initializer', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.constantFrom(...TYPES), fc.integer({ min: 1, max: 80 }), (a, b, n) => {
        const value = { dtype: a, shape: [n], data: new arrayTypes[b](n) } as G.Tensor;
        const p = G.input('p', [n], a) as G.Input;
        const graph = () => G.makeGraph([{ name: 'y', value: p }], [p], new Map([['p', value]]));
        const [found, wanted] = [arrayTypes[b], arrayTypes[a]];
        if (found === wanted) {
          expect(G.constant(value).dtype).toBe(a);
          expect(graph().initializers.size).toBe(1);
        } else {
          const cure = `has ${a} elements in a ${found.name}; give a ${wanted.name}, or convert with tensor`;
          expect(() => G.constant(value)).toThrow(refusal('constant', `the tensor ${cure}`));
          expect(graph).toThrow(refusal('graph', `initializer "p" ${cure}`));
        }
      }),
    );
  });
});

describe('names', () => {
  it('of inputs and outputs are not empty', () => {
    const message = 'an input of shape [N, 3] has an empty name; ONNX takes that for none';
    expect(() => G.input('', ['N', 3])).toThrow(refusal('input', message));
    expect(() => G.makeGraph([{ name: '', value: x }])).toThrow(
      refusal('graph', 'an output has an empty name; ONNX takes that for none'),
    );
  });
});

describe('a graph has an output', () => {
  it('where it is built', () => {
    expect(() => G.makeGraph([], [x])).toThrow(refusal('graph', 'there are no outputs; give at least one'));
  });

  const node = [{ opType: 'Neg', input: ['x'], output: ['y'] }];
  const bytes = modelOf({ node, input: [valueInfo('x', 'float64', [2])] }, 17);
  it('in a file, unless a value is named', () => {
    expect(refusalOf(bytes)).toEqual({
      _tag: 'UnsupportedFeature',
      message: 'the model has no outputs; name the values that are wanted',
    });
    const decoded = G.decode(bytes, { outputs: ['y'] });
    expect(decoded).toMatchObject({ right: { outputs: [{ name: 'y', value: G.neg(x) }] } });
  });

  it('of those in a file', () => {
    expect(refusalOf(bytes, { outputs: [] })).toEqual({
      _tag: 'UnsupportedFeature',
      message: 'no output is wanted; name at least one value of the model',
    });
  });
});

describe('a number beside an operand of integers', () => {
  const operations: Readonly<Record<string, (a: G.Expr, b: number) => G.Expr>> = {
    add: G.add,
    sub: G.sub,
    mul: G.mul,
    mod: G.mod,
    max: G.maximum,
    min: G.minimum,
    less: G.less,
    lessOrEqual: G.lessOrEqual,
    greater: G.greater,
    greaterOrEqual: G.greaterOrEqual,
    equal: G.equal,
    clip: (a, b) => G.clip(a, b, b),
  };
  const integers = TYPES.filter((dtype) => /int/.test(dtype));
  const held = (value: number, dtype: G.DType): boolean => {
    if (!Number.isInteger(value)) return false;
    const [, sign, bits] = /^(u?)int(\d+)$/.exec(dtype)!;
    const unsigned = sign === 'u';
    return value >= (unsigned ? 0 : -(2 ** (Number(bits) - 1))) && value < 2 ** (Number(bits) - (unsigned ? 0 : 1));
  };
  const numbers = fc.oneof(
    fc.double({ min: -300, max: 300 }),
    fc.integer({ min: -300, max: 70000 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40, -(2 ** 31), 2 ** 65),
  );

  it.each(Object.entries(operations))('is one that their type holds: %s', (operation, make) => {
    fc.assert(
      fc.property(fc.constantFrom(...integers), numbers, (dtype, value) => {
        const a = G.input('a', [3], dtype);
        if (held(value, dtype)) expect(make(a, value).shape).toEqual([3]);
        else {
          const message = `${dtype} does not hold ${value}; cast ${dtype}[3] first, or give a number that it holds`;
          expect(() => make(a, value)).toThrow(refusal(operation, message));
        }
      }),
    );
  });

  it('on the left of a difference, too', () => {
    expect(() => G.sub(0.5, G.input('a', [3], 'int64'))).toThrow(
      refusal('sub', 'int64 does not hold 0.5; cast int64[3] first, or give a number that it holds'),
    );
  });

  it('is any beside floats', () => {
    for (const make of Object.values(operations)) expect(make(x, 0.1).shape).toEqual([2]);
  });

  it('is no reciprocal of theirs', () => {
    expect(() => G.div(G.input('a', [3], 'int64'), 2)).toThrow(
      refusal('div', 'needs floating-point operands, got int64[3]; cast it, or use integerDivide'),
    );
    expect(() => G.reciprocal(G.constant(3, 'int64'))).toThrow(
      refusal('reciprocal', 'needs a floating-point operand, got int64[]; cast it first'),
    );
  });
});
