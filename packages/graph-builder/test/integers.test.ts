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
import { run } from './runtime.js';

/** Integers of both signs, whose sums and means along either axis are of both signs, and whose means are not whole. */
const MIXED = [3, -1, 0, 2, -1, -5, -4, 2, 0, 0, -7, 1];

const signed = (dtype: G.DType): Operand => ({ shape: [3, 4], data: MIXED, dtype, batch: true });

const unsigned = (dtype: G.DType): Operand => ({ ...signed(dtype), data: MIXED.map(Math.abs) });

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

const alone = (type: string, dtypes: readonly G.DType[]): readonly OneNode[] =>
  dtypes.map(
    (dtype): OneNode => ({
      type,
      operands: [dtype.startsWith('u') ? unsigned(dtype) : signed(dtype)],
      outputs: [dtype],
    }),
  );

const withMask = (
  type: string,
  dtypes: readonly G.DType[],
  attributes: OneNode['attributes'] = {},
): readonly OneNode[] =>
  dtypes.map(
    (dtype): OneNode => ({
      type,
      operands: [dtype.startsWith('u') ? unsigned(dtype) : signed(dtype), { shape: [4], data: [3, 5, 1, 2], dtype }],
      attributes,
      outputs: [dtype],
    }),
  );

const SIGNED = ['int8', 'int16', 'int32', 'int64'] as const;
const UNSIGNED = ['uint8', 'uint16', 'uint32', 'uint64'] as const;

const nodes: readonly OneNode[] = [
  ...['ReduceMean', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap(reductions),
  ...alone('Sign', [...SIGNED, ...UNSIGNED]),
  ...alone('Relu', ['int8', 'int32']),
  // The complement of a small number in uint64 is beyond the numbers that the test's float64 holds.
  ...alone('BitwiseNot', [...SIGNED, 'uint8', 'uint16', 'uint32']),
  ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].flatMap((type) => withMask(type, [...SIGNED, ...UNSIGNED])),
  ...['LEFT', 'RIGHT'].flatMap((direction) => withMask('BitShift', ['uint8', 'uint32', 'uint64'], { direction })),
  {
    type: 'BitShift',
    operands: [
      { shape: [4], data: [255, 7, 128, 1], dtype: 'uint8' },
      { shape: [4], data: [1, 9, 8, 7], dtype: 'uint8' },
    ],
    attributes: { direction: 'LEFT' },
    outputs: ['uint8'],
  },
];

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

describe('an operation on bits', () => {
  const x = G.input('x', ['N', 4], 'int64') as G.Input;
  const mask = (value: bigint): G.Expr => G.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(value) });

  it('goes into a file with reductions over axes, which the operator set that has it writes in another form', async () => {
    const odd = G.bitwiseAnd(x, mask(1n));
    const values = [G.reduceMax(odd, [1]), G.reduceMin(odd, [0]), G.reduceSum(odd)];
    const graph = G.makeGraph(
      values.map((value, i) => ({ name: `y${i}`, value })),
      [x],
    );
    const results = await run(G.encode(graph), { x: G.tensor(MIXED, [3, 4], 'int64') });
    expect(Object.values(results).map(({ data }) => Array.from(data, Number))).toEqual([[1, 1, 1], [0, 0, 0, 0], [6]]);
  });

  it('keeps 64 bits, which a file’s constants may have', async () => {
    const [a, b] = [2n ** 62n + 5n, -(2n ** 61n) - 3n];
    const value = G.bitwiseXor(mask(a), mask(b));
    const results = await run(G.encode(G.makeGraph([{ name: 'y', value }])), {});
    expect((results.y!.data as unknown as BigInt64Array)[0]).toBe(a ^ b);
  });

  it('passes no derivative', () => {
    const w = G.input('w', [4], 'float64') as G.Input;
    const one = G.constant(G.tensor([1, 1, 1, 1], [4], 'int64'));
    const y = G.reduceSum(G.mul(w, G.cast(G.bitwiseAnd(G.cast(w, 'int64'), one), 'float64')));
    const [slope] = G.evaluate(G.grad(y, [w]), { w: { shape: [4], data: Float64Array.of(3.2, 2.5, -1, 4) } });
    expect([...slope!.data]).toEqual([1, 0, 1, 0]);
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
    [
      'bits of numbers',
      { type: 'BitwiseAnd', operands: [{ shape: [2] }, { shape: [2] }] },
      /bitwiseAnd: does not take float32\[2\]; cast it to an integer type/,
    ],
    [
      'a shift of signed integers',
      { type: 'BitShift', operands: [storedInts(1), storedInts(1)], attributes: { direction: 'LEFT' } },
      /bitShift: does not take int64\[1\]/,
    ],
    [
      'a shift to nowhere',
      { type: 'BitShift', operands: [storedInts(1), storedInts(1)] },
      /has the direction ""; it must be LEFT or RIGHT/,
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
