/** MatMulNBits: weights stored in few bits are numbers of the graph. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectNodeLaws } from './nodeLaws.js';
import { expectImported, feedsOf, fileOf, graphOf, label, type OneNode, type Operand, refusalOf } from './oneNode.js';

const bytes = (shape: readonly number[], seed: number): Operand => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (97 * i + 31 * seed + ((i * i) % 7)) % 256),
  dtype: 'uint8',
  stored: true,
});
const stored = (...shape: number[]): Operand => ({ shape, stored: true });

/** A product with N rows of K columns in blocks of 16; the zero points and what follows are given by the case. */
const product = (
  [N, K, bits]: readonly [number, number, number],
  x: readonly number[],
  ...rest: readonly (Operand | undefined)[]
): OneNode => {
  const blocks = Math.ceil(K / 16);
  return {
    type: 'MatMulNBits',
    domain: 'com.microsoft',
    operands: [
      { shape: [...x, K], batch: true },
      bytes([N, blocks, (16 * bits) / 8], 1),
      { shape: [N * blocks], data: Array.from({ length: N * blocks }, (_, i) => 0.01 + 0.003 * i), stored: true },
      ...rest,
    ],
    attributes: { N, K, bits, block_size: 16 },
  };
};

const none = undefined;
const nodes: readonly OneNode[] = [
  product([5, 32, 4], [2]),
  product([5, 32, 4], [2, 3]),
  product([5, 40, 4], [2]),
  product([5, 40, 4], [2], bytes([5 * 2], 3)),
  product([5, 64, 4], [2], bytes([5, 2], 3)),
  product([5, 64, 4], [2], stored(5, 4)),
  product([5, 32, 4], [2], none, none, stored(5)),
  product([5, 32, 8], [2]),
  product([5, 40, 8], [2], bytes([5 * 3], 3)),
];

describe('imported, and written again, it computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-4);
    expect(graph.outputs[0]!.value.shape).toEqual(['N', ...node.operands[0]!.shape.slice(1, -1), 5]);
  });
  it('its derivatives obey the laws', async () => {
    await expectNodeLaws(product([3, 4, 4], [2], none, none, stored(3)));
  });
});

describe('what trains', () => {
  const bias = product([5, 32, 4], [2], stored(5, 2), none, stored(5));
  it('is the bias, not what the stored numbers are scaled and moved by', () => {
    expect([...graphOf(fileOf(bias)).initializers.keys()]).toEqual(['in5']);
  });
  it('cannot be the scales', () => {
    expect(refusalOf(fileOf(bias), { parameters: ['in2'] }).message).toBe(
      'node "node" (MatMulNBits) needs operand 2 ("in2") to be known when the file is read, but it is computed from data',
    );
  });
  it('is read in the precision asked for', () => {
    expect(G.isFloat(graphOf(fileOf(bias), { dtype: 'float64' }).outputs[0]!.value.dtype)).toBe(true);
    expect(graphOf(fileOf(bias), { dtype: 'float64' }).outputs[0]!.value.dtype).toBe('float64');
  });
});

describe('what is not supported is refused', () => {
  const good = product([5, 32, 4], [2]);
  const order: Operand = { shape: [32], data: new Array<number>(32).fill(0), dtype: 'int32', stored: true };
  it.each([
    [{ ...good, attributes: { ...good.attributes, bits: 2 } }, 'stores its weights in 2 bits; 4 and 8 are supported'],
    [{ ...good, attributes: { ...good.attributes, N: 0 } }, 'has weights [0, 32] in blocks of 16; N, K and block_size'],
    [{ ...good, attributes: { ...good.attributes, N: 6 } }, 'has 80 numbers as operand 1; its weights need 96'],
    [{ ...good, operands: good.operands.with(0, { shape: [2, 33] }) }, 'multiplies float32[2, 33] by weights [32, 5]'],
    [{ ...good, operands: [...good.operands, none, order] }, 'orders its blocks by g_idx, which is not supported'],
  ] as readonly (readonly [OneNode, string])[])('%s', (node, message) => {
    expect(refusalOf(fileOf(node)).message).toContain(message);
  });
});
