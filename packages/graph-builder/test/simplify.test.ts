import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

const x = G.input('x', [2, 3], 'float64');
const y = G.input('y', [2, 3], 'float64');
const nodes = (graph: G.Graph): number => G.topologicalOrder(graph.outputs.map((o) => o.value)).length;
const graphOf = (value: G.Expr, inputs: readonly G.Input[] = [x as G.Input, y as G.Input]): G.Graph =>
  G.makeGraph([{ name: 'z', value }], inputs);
const zero = G.constant(G.tensor([0, 0, 0, 0, 0, 0], [2, 3], 'float64'));
const one = G.constant(1, 'float64');

describe('simplify', () => {
  it('takes identities that a substitution opens up', () => {
    // y becomes 0 and 1: what is left of x·y + y is nothing but x.
    const s = G.input('s', [], 'float64');
    const built = G.add(G.mul(x, s), y);
    const [value] = G.substitute(
      [built],
      new Map<G.Expr, G.Expr>([
        [y, zero],
        [s, one],
      ]),
    );
    const before = graphOf(value!);
    expect(nodes(before)).toBeGreaterThan(1);
    expect(G.simplify(before).outputs[0]!.value).toBe(x);
  });

  it('computes what is constant', () => {
    const two = G.constant(G.tensor([2, 2, 2, 2, 2, 2], [2, 3], 'float64'));
    const [value] = G.substitute(
      [G.mul(G.add(x, y), G.exp(y))],
      new Map([
        [y, two],
        [x, two],
      ]),
    );
    const simple = G.simplify(graphOf(value!)).outputs[0]!.value;
    expect(G.tensorOf(simple)!.data[0]).toBeCloseTo(4 * Math.exp(2), 12);
  });

  it('drops initializers that nothing reads, and keeps other inputs', () => {
    const w = G.input('w', [2], 'float64') as G.Input;
    const graph = G.makeGraph(
      [{ name: 'z', value: G.exp(x) }],
      [x as G.Input, y as G.Input, w],
      new Map([['w', G.tensor([1, 2], [2], 'float64')]]),
    );
    const simple = G.simplify(graph);
    expect(simple.inputs.map((i) => i.attributes.name)).toEqual(['x', 'y']);
    expect(simple.initializers.size).toBe(0);
  });

  it('never changes a value', () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    const operations: readonly ((a: G.Expr, b: G.Expr) => G.Expr)[] = [
      G.add,
      G.sub,
      G.mul,
      (a) => G.neg(a),
      (a) => G.tanh(a),
      (a) => G.transpose(G.transpose(a)),
      (a) => G.reshape(G.reshape(a, [6]), [2, 3]),
      (a, b) => G.slice(G.concat([a, b], 0), [1, 0], [2, 3]),
    ];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(7), fc.nat(9), fc.nat(9)), { maxLength: 12 }),
        fc.array(entry, { minLength: 6, maxLength: 6 }),
        (steps, data) => {
          const pool: G.Expr[] = [x, y];
          for (const [op, a, b] of steps) pool.push(operations[op]!(pool[a % pool.length]!, pool[b % pool.length]!));
          const [value] = G.substitute([pool.at(-1)!], new Map([[y, zero]]));
          const values = {
            x: { shape: [2, 3], data: Float64Array.from(data) },
            y: { shape: [2, 3], data: new Float64Array(6) },
          };
          const [plain] = G.evaluate([value!], values);
          const [simple] = G.evaluate([G.simplify(graphOf(value!)).outputs[0]!.value], values);
          simple!.data.forEach((v, i) => {
            expect(Math.abs(v - plain!.data[i]!)).toBeLessThanOrEqual(1e-15 * Math.abs(v));
          });
        },
      ),
    );
  });
});

describe('factors in a chain', () => {
  it('are one where their type holds it, and stay apart where it would overflow or vanish', () => {
    const chain = (dtype: G.DType, first: number, second: number) =>
      G.mul(G.mul(G.input('x', ['N'], dtype), first), second);
    expect(chain('float32', 3, 5)).toBe(G.mul(G.input('x', ['N'], 'float32'), 15));
    expect(chain('int32', 3, 5)).toBe(G.mul(G.input('x', ['N'], 'int32'), 15));
    for (const [dtype, first, second] of [
      ['int32', 65536, 65536],
      ['float32', 1e30, 1e30],
      ['float32', 1e-30, 1e-30],
      ['float64', 1e200, 1e200],
    ] as const) {
      const outer = chain(dtype, first, second);
      expect(outer.args[0]!.op.name).toBe('mul');
      const feed = { x: { shape: [1], data: Float64Array.of(first > 1 && dtype !== 'int32' ? 1 / first : 1) } };
      expect(G.evaluate([outer], feed)[0]!.data[0]! / (feed.x.data[0]! * first * second)).toBeCloseTo(1, 6);
    }
  });
});

describe('the adjoint of cutting something up', () => {
  const x = G.input('x', [2, 6], 'float64');
  const part = (start: number, size: number) => G.slice(x, [0, start], [2, size]);
  const gradientOf = (parts: readonly G.Expr[]) =>
    G.grad(G.sumOf(parts.map((p, i) => G.reduceSum(G.mul(G.sin(p), i + 1)))), [x])[0]!;
  const operations = (e: G.Expr) => G.topologicalOrder([e]).map(({ op }) => op.name);
  const values = { x: { shape: [2, 6], data: Float64Array.from({ length: 12 }, (_, i) => i / 3 - 2) } };

  it('joins parts that lie side by side, without padding', () => {
    const gradient = gradientOf([part(0, 1), part(1, 3), part(4, 2)]);
    expect(operations(gradient)).not.toContain('pad');
    const [g] = G.evaluate([gradient], values);
    const factor = (i: number) => [1, 2, 2, 2, 3, 3][i % 6]!;
    values.x.data.forEach((v, i) => {
      expect(g!.data[i]).toBeCloseTo(factor(i) * Math.cos(v), 14);
    });
  });

  it('adds parts that overlap', () => {
    const [g] = G.evaluate([gradientOf([part(0, 4), part(3, 2)])], values);
    const factor = (i: number) => [1, 1, 1, 3, 2, 0][i % 6]!;
    values.x.data.forEach((v, i) => {
      expect(g!.data[i]).toBeCloseTo(factor(i) * Math.cos(v), 14);
    });
  });
});
