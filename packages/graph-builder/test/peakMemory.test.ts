import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { executionOrder } from '../src/memory/executionOrder.js';

const graphOf = (...values: readonly G.Expr[]) => G.makeGraph(values.map((value, i) => ({ name: `y${i}`, value })));

describe('peakMemory', () => {
  const x = G.input('x', ['N', 10]);
  const VALUE = 5 * 10 * 4;
  const computed = (...values: readonly G.Expr[]): number => G.peakMemory(graphOf(...values))({ N: 5 }).computed;

  it('of a chain of elementwise operations is one value, and the output beside it, however long the chain', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(G.tanh, G.sigmoid, G.exp), { minLength: 2, maxLength: 12 }), (chain) => {
        const y = chain.reduce((value, f) => f(value), x as G.Expr);
        expect(G.peakMemory(graphOf(y))({ N: 5 })).toEqual({ held: VALUE, computed: 2 * VALUE });
      }),
    );
    expect(computed(G.tanh(x))).toBe(VALUE);
  });

  it('counts a value as long as somebody will still read it', () => {
    const kept = G.exp(x);
    expect(computed(G.add(G.tanh(G.tanh(G.tanh(kept))), kept))).toBe(3 * VALUE);
  });

  it('takes the memory of an operand only where the sizes agree', () => {
    const row = G.exp(G.input('r', [10]));
    // The sum is in memory of its own, and the output beside it.
    expect(computed(G.tanh(G.add(row, G.input('z', ['N', 10]))))).toBe(2 * VALUE);
    // The sum is in the memory of the larger operand.
    expect(computed(G.tanh(G.add(G.exp(x), row)))).toBe(2 * VALUE);
  });

  it('does not count a reshape twice', () => {
    expect(computed(G.exp(G.reshape(G.matmul(x, G.input('w', [10, 10])), [-1])))).toBe(2 * VALUE);
  });

  it('counts what a convolution is written as: the slices of its kernel’s gradient', () => {
    const image = G.input('image', ['N', 4, 8, 8]);
    const kernel = G.input('kernel', [6, 4, 3, 3]);
    const loss = G.reduceSum(G.square(G.conv(image, kernel, { padsBefore: [1, 1], padsAfter: [1, 1] })));
    const [gradient] = G.grad(loss, [kernel]);
    const images = 5 * 4 * 8 * 8 * 4;
    // Alive at once by the expressions alone: the convolution (1.5 images) and its adjoint.
    expect(computed(gradient!)).toBeGreaterThan(4 * images);
  });

  it('grows with the batch', () => {
    const w = G.input('w', [10, 3]);
    const loss = G.mean(G.square(G.tanh(G.matmul(x, w))));
    const { gbar, Hbar, D3 } = G.summary(loss, [[{ parameter: w, direction: G.input('u', [10, 3]) }]]);
    const at = G.peakMemory(graphOf(gbar, Hbar!, D3!));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (a, b) => {
        const [small, large] = [at({ N: Math.min(a, b) }), at({ N: Math.max(a, b) })];
        expect(large.computed).toBeGreaterThanOrEqual(small.computed);
        expect(large.held).toBeGreaterThanOrEqual(small.held);
      }),
    );
    expect(at({ N: 3000 }).computed).toBeGreaterThan(2.5 * at({ N: 1000 }).computed);
  });

  it('doubles in float64', () => {
    const of = (dtype: 'float32' | 'float64') => {
      const v = G.input('v', ['N', 10], dtype);
      return G.peakMemory(graphOf(G.tanh(G.exp(v))))({ N: 5 });
    };
    expect(of('float64')).toEqual({ held: 2 * of('float32').held, computed: 2 * of('float32').computed });
  });

  it('asks for the length of every symbol', () => {
    expect(() => G.peakMemory(graphOf(G.exp(x)))({})).toThrow(/dimension N has no length; give its symbols one/);
  });
});

describe('the order of execution', () => {
  const node = (op: string, inputs: readonly string[], output: string) => ({ op, inputs, outputs: [output] });

  it('is a search backwards from the last leaf, operands of later places first', () => {
    const nodes = [
      node('A', ['x'], 'a'),
      node('B', ['x'], 'b'),
      node('C', ['a'], 'c'),
      node('D', ['b'], 'd'),
      node('E', ['c', 'd'], 'e'),
      node('F', ['a'], 'f'),
    ];
    expect(executionOrder(nodes).map(({ op }) => op)).toEqual(['A', 'F', 'B', 'D', 'C', 'E']);
  });

  it('has every node once, after all that it reads', () => {
    const graphs = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 }).map((operands) =>
      operands.map((pair, i) =>
        node(
          'N',
          pair.map((p) => (i === 0 ? 'x' : `v${p % i}`)),
          `v${i}`,
        ),
      ),
    );
    fc.assert(
      fc.property(graphs, (nodes) => {
        const order = executionOrder(nodes);
        expect(new Set(order)).toEqual(new Set(nodes));
        const made = new Set(['x']);
        for (const { inputs, outputs } of order) {
          for (const name of inputs) expect(made.has(name)).toBe(true);
          for (const name of outputs) made.add(name);
        }
      }),
    );
  });
});
