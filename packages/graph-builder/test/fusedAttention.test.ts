/** Attention and rotary embeddings of the domain com.microsoft. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fused, int32s } from './fusedNodes.js';
import { expectNodeLaws } from './nodeLaws.js';
import {
  asValues,
  batch,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  fixed,
  float,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
} from './oneNode.js';

/** Nodes of one type. */
const nodesOf = (type: string, nodes: readonly Omit<OneNode, 'domain' | 'type'>[]): readonly OneNode[] =>
  nodes.map((node) => fused({ type, ...node }));
const two = ['float32', 'float32'] as const;
const three = ['float32', 'float32', 'float32'] as const;

const packed = [batch(2, 3, 5), fixed(5, 12), fixed(12)] as const;
const heads = { num_heads: 2 };
const raw = int32s([2, 3], [1, 1, 0, 0, 1, 1], { batch: true });
const square = int32s([2, 3, 3], [1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1], { batch: true });

const attentions = nodesOf('Attention', [
  { operands: packed, attributes: heads },
  { operands: packed, attributes: { ...heads, scale: float(0.3) } },
  { operands: packed, attributes: { ...heads, unidirectional: 1 } },
  { operands: [...packed, raw], attributes: heads },
  { operands: [...packed, raw], attributes: { ...heads, unidirectional: 1, mask_filter_value: float(-3) } },
  { operands: [...packed, square], attributes: { ...heads, mask_filter_value: float(-2) } },
  { operands: [...packed, square], attributes: { ...heads, unidirectional: 1 } },
  { operands: [...packed, int32s([2], [2, 3], { batch: true })], attributes: heads },
  {
    operands: [fixed(2, 3, 5), packed[1], packed[2], int32s([4], [3, 2, 1, 0])],
    attributes: { ...heads, mask_filter_value: float(-3) },
  },
  { operands: [...packed, undefined, undefined, batch(2, 2, 3, 3)], attributes: heads },
  { operands: [...packed, raw, undefined, fixed(1, 2, 3, 3)], attributes: { ...heads, unidirectional: 1 } },
  { operands: [packed[0], fixed(5, 10), fixed(10)], attributes: { ...heads, qkv_hidden_sizes: [4, 4, 2] } },
  { operands: packed, attributes: { ...heads, unidirectional: 1 }, outputs: two },
  {
    operands: [fixed(2, 3, 5), packed[1], packed[2], undefined, fixed(2, 2, 2, 4, 2)],
    attributes: heads,
    outputs: two,
  },
  {
    operands: [
      fixed(2, 3, 5),
      packed[1],
      packed[2],
      int32s([2, 7], [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]),
      fixed(2, 2, 2, 4, 2),
    ],
    attributes: { ...heads, unidirectional: 1 },
    outputs: two,
  },
]);

const flat = [batch(2, 3, 4), batch(2, 5, 4), batch(2, 5, 6)] as const;
const self = [batch(2, 3, 4), batch(2, 3, 4), batch(2, 3, 6)] as const;
const keys = int32s([2, 5], [1, 1, 1, 0, 0, 0, 1, 1, 1, 1], { batch: true });
const past = [batch(2, 2, 4, 2), batch(2, 2, 4, 2)] as const;
const same = [batch(2, 3, 4), batch(2, 3, 4), batch(2, 3, 4)] as const;
const none = undefined;

const multiHead = nodesOf('MultiHeadAttention', [
  { operands: flat, attributes: heads },
  { operands: [...flat, fixed(14)], attributes: { ...heads, scale: float(0.3) } },
  { operands: self, attributes: { ...heads, unidirectional: 1 } },
  { operands: [...flat, fixed(14), keys], attributes: heads },
  { operands: [...flat, none, keys], attributes: { ...heads, mask_filter_value: float(-2) } },
  { operands: [...flat, none, int32s([2], [3, 5], { batch: true })], attributes: heads },
  { operands: [...flat, none, none, fixed(1, 2, 3, 5)], attributes: heads },
  { operands: [...flat, none, none, batch(2, 2, 3, 5)], attributes: heads },
  { operands: [...flat, none, keys, fixed(1, 1, 3, 5)], attributes: heads },
  { operands: [...self, fixed(14)], attributes: { ...heads, unidirectional: 1 } },
  { operands: [batch(2, 3, 4), batch(2, 2, 5, 2), batch(2, 2, 5, 2)], attributes: heads },
  { operands: [batch(2, 3, 4), batch(2, 2, 5, 2), batch(2, 2, 5, 2), fixed(12)], attributes: heads },
  { operands: same, attributes: heads, outputs: three },
  { operands: [...same, fixed(12), none, none, ...past], attributes: heads, outputs: three },
  { operands: [...same, none, none, none, ...past], attributes: { ...heads, unidirectional: 1 }, outputs: three },
  { operands: [...same, none, none, fixed(1, 2, 3, 7), ...past], attributes: heads, outputs: three },
]);

const long = (shape: readonly number[], data: readonly number[], batched = false): Operand => ({
  shape,
  data,
  dtype: 'int64',
  batch: batched,
});
const tables = [fixed(6, 2), fixed(6, 2)];
const places = long([2, 3], [0, 4, 2, 5, 1, 1], true);
const rotations = nodesOf('RotaryEmbedding', [
  { operands: [batch(2, 3, 8), places, ...tables] },
  { operands: [batch(2, 3, 8), places, ...tables], attributes: { interleaved: 1 } },
  { operands: [batch(2, 3, 8), long([1], [2]), ...tables] },
  { operands: [batch(2, 2, 3, 4), places, ...tables] },
  { operands: [batch(2, 2, 3, 4), long([1], [0]), ...tables], attributes: { interleaved: 1 } },
  { operands: [batch(2, 3, 12), places, ...tables], attributes: { num_heads: 2, rotary_embedding_dim: 4 } },
  { operands: [batch(2, 2, 3, 6), places, ...tables], attributes: { num_heads: 2, rotary_embedding_dim: 4 } },
  { operands: [batch(2, 3, 8), places, ...tables], attributes: { is_packed_batching: 1 } },
]);

const nodes = [...attentions, ...multiHead, ...rotations];

describe('imported, and written again, it computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    if (node.operands[0]!.batch) expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });
});

/** A factor that float32 holds: ONNX Runtime rounds one that is fused into a product to it, in float64 as well. */
const scale = float(0.5);
const lawful: readonly OneNode[] = [
  ...[attentions[0]!, attentions[4]!, attentions.at(-1)!],
  ...[multiHead[1]!, multiHead[4]!, multiHead[6]!, multiHead.at(-2)!],
].map((node) => ({ ...node, attributes: { ...node.attributes, scale } }));

describe('its derivatives obey the laws', () => {
  it.each([...lawful, ...rotations.slice(0, 3)].map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

/** Values of a file's first output by the interpreter; operands that the node shares with others come by name. */
const firstOutput = (node: OneNode, feeds: Readonly<Record<string, G.Value>>): readonly number[] => {
  const { outputs } = graphOf(fileOf(node));
  return [...G.evaluate([outputs[0]!.value], { ...asValues(feedsOf(node)), ...feeds })[0]!.data];
};

/** [B, T, H, parts, D] from parts [B, T, H·D]. */
const interleave = (parts: readonly G.Value[], sizes: readonly number[]): G.Value => {
  const [size, count] = [sizes.at(-1)!, parts.length];
  const data = Float64Array.from({ length: parts[0]!.data.length * count }, (_, i) => {
    const [row, rest] = [Math.floor(i / (size * count)), i % (size * count)];
    return parts[Math.floor(rest / size)]!.data[row * size + (rest % size)]!;
  });
  return { shape: [...sizes.slice(0, -1), count, size], data };
};

describe('forms that ONNX Runtime has on a GPU alone say what the others say', () => {
  it('Attention without a bias is one with a bias of zeros', () => {
    const zeros = { ...packed[2], data: new Array<number>(12).fill(0) };
    const apart = fused({ type: 'Attention', operands: packed.slice(0, 2), attributes: heads });
    const wanted = firstOutput({ ...apart, operands: [packed[0], packed[1], zeros] }, {});
    expectClose(firstOutput(apart, {}), wanted, 0);
  });
  it.each([2, 3])('MultiHeadAttention with %s of its operands packed', (count) => {
    const apart = fused({ type: 'MultiHeadAttention', operands: [...same, fixed(12)], attributes: heads });
    const feeds = asValues(feedsOf(apart));
    const all = [feeds.in0!, feeds.in1!, feeds.in2!];
    const whole = batch(2, 3, 2, count, 2);
    const together =
      count === 3
        ? { ...apart, operands: [whole, none, none, fixed(12)] }
        : { ...apart, operands: [same[0], whole, none, fixed(12)] };
    const name = count === 3 ? 'in0' : 'in1';
    const value = firstOutput(together, { ...feeds, [name]: interleave(all.slice(-count), [2, 3, 2, 2]) });
    expectClose(value, firstOutput(apart, {}), 0);
  });
});

describe('what is not supported is refused, with the cure', () => {
  it.each([
    [
      fused({ type: 'Attention', operands: packed, attributes: { ...heads, do_rotary: 1 } }),
      'turns queries and keys itself (do_rotary), which is not supported; use RotaryEmbedding nodes',
    ],
    [
      fused({ type: 'Attention', operands: packed, attributes: { ...heads, past_present_share_buffer: 1 } }),
      'writes into its past in place (past_present_share_buffer); export the model without a shared buffer',
    ],
    [
      fused({ type: 'Attention', operands: packed, attributes: { ...heads, qkv_hidden_sizes: [4, 4, 8] } }),
      'has weights float32[5, 12], whose columns are not those of queries, keys and values (4 + 4 + 8)',
    ],
    [
      fused({
        type: 'Attention',
        operands: [...packed, int32s([2, 7], new Array<number>(14).fill(1))],
        attributes: heads,
      }),
      'has a mask int32[2, 7]; supported are [N, 3], [N, 3, 3], [N] and [2*N]: fix its axes to such lengths, or name them alike',
    ],
    [
      fused({ type: 'MultiHeadAttention', operands: flat, attributes: { ...heads, unidirectional: 1 } }),
      'is unidirectional with 3 queries for 5 keys; only as many keys as queries have an order',
    ],
    [
      fused({ type: 'MultiHeadAttention', operands: flat.slice(0, 2), attributes: heads }),
      'has queries, keys and values float32[N, 3, 4], float32[N, 5, 4], none; supported are three',
    ],
    [
      fused({
        type: 'RotaryEmbedding',
        operands: [batch(2, 3, 8), places, ...tables],
        attributes: { scale: float(2) },
      }),
      'has scale 2, which ONNX Runtime',
    ],
    [
      fused({
        type: 'RotaryEmbedding',
        operands: [batch(2, 3, 12), places, ...tables],
        attributes: { num_heads: 2, rotary_embedding_dim: 6 },
      }),
      'turns 6 elements of each head, but its tables float32[6, 2] have angles for 4',
    ],
    [
      fused({ type: 'RotaryEmbedding', operands: [batch(2, 3, 8), long([3], [0, 1, 2]), ...tables] }),
      'needs positions [batch, length] or one number to count from, got int64[3]',
    ],
  ] as readonly (readonly [OneNode, string])[])('%s', (node, message) => {
    expect(refusalOf(fileOf(node)).message).toContain(message);
  });
});
