/** What `evaluate` is fed: a tensor of any type counts as the numbers in it, exactly. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { arrayTypes } from '../src/tensor.js';

const TYPES = Object.keys(arrayTypes) as readonly G.DType[];
const inFloat64 = ({ shape, data }: G.Tensor): G.Value => ({
  shape,
  data: Float64Array.from(data as Uint8Array, Number),
});

describe('evaluate', () => {
  it('takes tensors of every type as the numbers that they hold', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.array(fc.nat({ max: 1 }), { minLength: 1 }), (dtype, numbers) => {
        const x = G.input('x', [numbers.length], dtype);
        const fed = G.tensor(numbers, [numbers.length], dtype);
        const exprs = [x, G.cast(x, 'float64'), G.equal(x, 1), G.exp(G.cast(x, 'float64'))];
        expect(G.evaluate(exprs, { x: fed })).toEqual(G.evaluate(exprs, { x: inFloat64(fed) }));
      }),
    );
  });

  it('computes in float64 from float32 elements', () => {
    const x = G.input('x', [1]);
    const fed = G.tensor([0.1], [1], 'float32');
    expect(G.evaluate([G.exp(x)], { x: fed })[0]!.data).toEqual(Float64Array.of(Math.exp(Math.fround(0.1))));
  });

  it('takes labels of 64 bits', () => {
    const [logits, labels] = [G.input('logits', ['N', 3]), G.input('labels', ['N'], 'int64')];
    const loss = G.softmaxCrossEntropy(logits, labels);
    const z = G.tensor([1, 2, 3, 3, 1, 2], [2, 3], 'float32');
    const [value] = G.evaluate([loss], { logits: z, labels: G.tensor([2, 1], [2], 'int64') });
    const log = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3));
    expect(value!.data[0]).toBeCloseTo(log - (3 + 1) / 2, 12);
  });

  it.each(['int64', 'uint64'] as const)('takes from %s what float64 holds, and refuses the rest', (dtype) => {
    const x = G.input('x', [2], dtype);
    const least = dtype === 'int64' ? -(2n ** 63n) : 0n;
    const edges = fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n);
    const integers = fc.oneof(edges, fc.bigInt({ min: least, max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 99n }));
    fc.assert(
      fc.property(integers, (element) => {
        const data = (dtype === 'int64' ? BigInt64Array : BigUint64Array).of(0n, element);
        const value = () => G.evaluate([x], { x: { shape: [2], data } })[0]!.data[1];
        if (BigInt(Number(element)) === element) expect(value()).toBe(Number(element));
        else {
          expect(value).toThrow(
            new G.GraphError(
              'evaluate',
              `the value of input "x" has ${element} as element 1, which float64 does not hold; feed whole numbers up to 2⁵³`,
            ),
          );
        }
      }),
    );
  });
});
