/** Operators over integers give what ONNX Runtime's kernels give, and pass no derivative; where integers make no sense they are refused. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import {
  expectImported,
  feedsOf,
  fileOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  storedInts,
} from './oneNode.js';

/** Integers of both signs, whose sums and means along either axis are of both signs, and whose means are not whole. */
const MIXED = [3, -1, 0, 2, -1, -5, -4, 2, 0, 0, -7, 1];

const signed = (dtype: G.DType): Operand => ({ shape: [3, 4], data: MIXED, dtype, batch: true });

const reductions = (type: string): readonly OneNode[] =>
  (['int32', 'int64'] as const).flatMap((dtype) =>
    [[0], [1], [0, 1]].map(
      (axes): OneNode => ({
        type,
        operands: [signed(dtype), storedInts(...axes)],
        outputs: [dtype],
      }),
    ),
  );

const nodes: readonly OneNode[] = [...reductions('ReduceMean')];

describe('over integers it computes what its file does', () => {
  it.each(nodes.map((node) => [`${node.operands[0]!.dtype} ${label(node)}`, node] as const))('%s', async (_, node) => {
    await expectImported(fileOf(node), feedsOf(node), 0);
  });
});

describe('the mean of integers', () => {
  it('is rounded towards zero, also where the number of them is known only when it runs', () => {
    const x = G.input('x', ['N'], 'int64') as G.Input;
    const meanOf = (...data: number[]): number =>
      G.evaluate([G.mean(x)], { x: { shape: [data.length], data: Float64Array.from(data) } })[0]!.data[0]!;
    expect([meanOf(3, 4), meanOf(-3, -4), meanOf(1, -2) + 0, meanOf(5)]).toEqual([3, -3, 0, 5]);
  });
});

describe('refusals', () => {
  const image: Operand = { shape: [1, 2, 3, 3], data: Array.from({ length: 18 }, (_, i) => i - 7), dtype: 'int32' };
  it.each<[string, OneNode, RegExp]>([
    [
      'an average pool',
      { type: 'AveragePool', operands: [image], attributes: { kernel_shape: [2, 2] } },
      /averagePool: needs a floating-point operand, got int32\[1, 2, 3, 3\]; cast it first/,
    ],
    ['a global one', { type: 'GlobalAveragePool', operands: [image] }, /globalAveragePool: needs a floating-point/],
    ['a normalisation', { type: 'MeanVarianceNormalization', operands: [image] }, /meanVarianceNorm: needs a floating/],
    [
      'a mean of two tensors',
      { type: 'Mean', operands: [image, image] },
      /int32 does not hold 0\.5; cast int32\[1, 2, 3, 3\] first/,
    ],
    [
      'a reciprocal',
      { type: 'Reciprocal', operands: [{ ...storedInts(4), shape: [] }] },
      /reciprocal: needs a floating/,
    ],
  ])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });

  it('a fraction beside integers', () => {
    const x = G.input('x', [2], 'int64');
    expect(() => G.less(x, 0.5)).toThrow(G.GraphError);
    expect(() => G.div(x, 2)).toThrow(G.GraphError);
  });
});
