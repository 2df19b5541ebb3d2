import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topologicalOrder } from '../src/expr.js';
import * as G from '../src/index.js';
import { maxPoolOp } from '../src/ops/maxPool.js';
import { relativeError } from './golden.js';

const rising: Readonly<Record<string, (x: G.Expr) => G.Expr>> = {
  relu: G.relu,
  leakyRelu: (x) => G.leakyRelu(x, 0.2),
  elu: (x) => G.elu(x, 0.7),
  'elu, α = 1': (x) => G.elu(x),
  tanh: G.tanh,
  sigmoid: G.sigmoid,
  softplus: G.softplus,
  hardSigmoid: (x) => G.hardSigmoid(x),
};

const others: Readonly<Record<string, (x: G.Expr) => G.Expr>> = {
  gelu: (x) => G.gelu(x),
  'leakyRelu, α < 0': (x) => G.leakyRelu(x, -0.2),
  'elu, α < 0': (x) => G.elu(x, -0.7),
  abs: G.abs,
  square: G.square,
};

const shape = [2, 3, 4, 6];
const x = G.input('x', ['N', ...shape.slice(1)], 'float64');
const b = G.input('b', [3, 1, 1], 'float64');
const window = [2, 3];
const strides = { strides: window };

const operands: fc.Arbitrary<Record<string, G.Value>> = fc
  .tuple(
    fc.array(fc.integer({ min: -4000, max: 4000 }), { minLength: 144, maxLength: 144 }),
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 3 }),
  )
  .map(([xs, bs]) => ({
    x: { shape, data: Float64Array.from(xs, (v) => v / 1000 + 1e-5) },
    b: { shape: [3, 1, 1], data: Float64Array.from(bs, (v) => v / 1000) },
  }));

/** The largest of each window by its definition: read where the operand's largest is. */
const read = (y: G.Expr): G.Expr => {
  const at = G.reshape(G.maxPoolIndices(y, window, strides), ['N', 3, -1]);
  return G.reshape(G.gatherElements(G.reshape(y, ['N', 3, -1]), at, 2), ['N', 3, 2, 2]);
};

/** Value, gradients, and the gradient of the gradients' squares. */
const derivatives = (y: G.Expr): readonly G.Expr[] => {
  const [dx, db] = G.grad(G.reduceSum(G.square(y)), [x, b]);
  const [ddx, ddb] = G.grad(G.add(G.reduceSum(G.square(dx!)), G.reduceSum(G.square(db!))), [x, b]);
  return [y, dx!, db!, ddx!, ddb!];
};

const poolsOf = (y: G.Expr): readonly G.Expr[] => topologicalOrder([y]).filter(({ op }) => op === maxPoolOp);

describe('maxima before functions that never decrease', () => {
  it.each(Object.keys(rising))('%s: values, derivatives and theirs are those of maxima afterwards', (name) => {
    const f = (v: G.Expr) => rising[name]!(G.add(v, b));
    const y = G.maxPool(f(x), window, strides);
    expect(poolsOf(y).map(({ args }) => args[0])).toEqual([x]);
    fc.assert(
      fc.property(operands, (values) => {
        const found = G.evaluate(derivatives(y), values);
        const expected = G.evaluate(derivatives(read(f(x))), values);
        found.forEach((v, i) => {
          expect(relativeError(v.data, [...expected[i]!.data])).toBeLessThan(1e-12);
        });
      }),
      { numRuns: 20 },
    );
  });

  it.each(Object.keys(rising))('%s does not decrease', (name) => {
    fc.assert(
      fc.property(
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (at, up) => {
          const f = rising[name]!(G.input('v', [2], 'float64'));
          const [value] = G.evaluate([f], { v: { shape: [2], data: Float64Array.of(at, at + up) } });
          expect(value!.data[1]! - value!.data[0]!).toBeGreaterThanOrEqual(-1e-15);
        },
      ),
    );
  });

  it.each(Object.keys(others))('%s stays before its maxima', (name) => {
    const y = others[name]!(x);
    const [pool] = poolsOf(G.maxPool(y, window, strides));
    expect(pool!.args[0]).toBe(y);
  });

  it('a sum with what varies in a window, and windows that make no fewer elements, stay as they are', () => {
    const varied = G.add(x, G.input('c', [3, 4, 6], 'float64'));
    expect(G.maxPool(varied, window, strides).args[0]).toBe(varied);
    const risen = G.tanh(x);
    expect(G.maxPool(risen, [3, 3], { padsBefore: [1, 1] }).args[0]).toBe(risen);
  });
});
