import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import {
  asValues,
  batch,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  fixed,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  wave,
} from './oneNode.js';

const bool = (shape: readonly number[], data: readonly number[]): Operand => ({ shape, data, dtype: 'bool' });

const heads = [batch(2, 3, 4, 5), batch(2, 3, 6, 5), batch(2, 3, 6, 2)];
const flat = [batch(2, 4, 6), batch(2, 5, 6), batch(2, 5, 6)];
const flatHeads = { q_num_heads: 3, kv_num_heads: 3 };
const seen = [4, 6] as const;
/** No query without a key. */
const someKeys = bool(
  seen,
  wave(seen, 3).map((v, i) => Number(i % 6 === 0 || v > 0)),
);

const nodes: readonly OneNode[] = [
  { type: 'Attention', operands: heads },
  { type: 'Attention', operands: heads, attributes: { scale: { float: 0.3 } } },
  { type: 'Attention', operands: flat, attributes: flatHeads },
  {
    type: 'Attention',
    operands: [batch(2, 4, 12), batch(2, 5, 6), batch(2, 5, 4)],
    attributes: { q_num_heads: 4, kv_num_heads: 2 },
  },
  { type: 'Attention', operands: [batch(2, 6, 4, 5), batch(2, 2, 3, 5), batch(2, 2, 3, 2)] },
  {
    type: 'Attention',
    operands: [batch(2, 4, 4, 5), batch(2, 1, 3, 5), batch(2, 1, 3, 2)],
    attributes: { is_causal: 0 },
  },
  {
    type: 'Attention',
    operands: [batch(2, 3, 4, 5), batch(2, 3, 4, 5), batch(2, 3, 4, 5)],
    attributes: { is_causal: 1 },
  },
  { type: 'Attention', operands: heads, attributes: { is_causal: 1 } },
  { type: 'Attention', operands: [...heads, fixed(4, 6)] },
  { type: 'Attention', operands: [...heads, fixed(1, 4, 6)], attributes: { is_causal: 1 } },
  { type: 'Attention', operands: [...heads, batch(2, 1, 4, 6)] },
  { type: 'Attention', operands: [...heads, someKeys] },
  { type: 'Attention', operands: [...heads, someKeys], attributes: { softcap: { float: 0.7 } } },
  { type: 'Attention', operands: heads, attributes: { softcap: { float: 1.5 } } },
  ...[0, 1].map(
    (is_causal): OneNode => ({
      type: 'Attention',
      operands: [
        batch(2, 3, 2, 4),
        batch(2, 3, 2, 4),
        batch(2, 3, 2, 5),
        fixed(2, 5),
        batch(2, 3, 3, 4),
        batch(2, 3, 3, 5),
      ],
      attributes: { is_causal },
      outputs: ['float32', 'float32', 'float32'],
    }),
  ),
  ...[0, 1, 2, 3].map(
    (qk_matmul_output_mode): OneNode => ({
      type: 'Attention',
      // ONNX Runtime writes the lowest float32 where a bool mask hides a score.
      operands: [...heads, qk_matmul_output_mode === 2 ? fixed(4, 6) : someKeys],
      attributes: { qk_matmul_output_mode, softcap: { float: 0.8 } },
      outputs: ['float32', undefined, undefined, 'float32'],
    }),
  ),
].map((node) => ({ opset: 23, ...node }));

const later: readonly OneNode[] = [
  {
    type: 'Attention',
    operands: [...heads, undefined, undefined, undefined, { shape: [2], data: [4, 6], dtype: 'int64', batch: true }],
    opset: 24,
  },
];

describe('Attention, imported and written again, computes what its file does', () => {
  it.each([...nodes, ...later].map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });

  it.each(['float32', 'bool'] as const)('a %s mask that ends early leaves the keys after it out', (dtype) => {
    const short = fixed(4, 5);
    const mask = wave(short.shape, 4).map((v) => (dtype === 'bool' ? Number(v > -0.5) : v));
    const node = { type: 'Attention', operands: [...heads, { ...short, data: mask, dtype }], opset: 24 };
    const fewer = node.operands.map((o, i) => (i === 1 || i === 2 ? batch(2, 3, 5, o.shape[3]!) : o));
    const feeds = asValues(feedsOf(node));
    const firstFive = (value: G.Value): G.Value => ({
      shape: [2, 3, 5, value.shape[3]!],
      data: value.data.filter((_, i) => Math.floor(i / value.shape[3]!) % 6 < 5),
    });
    const [all] = G.evaluate([graphOf(fileOf(node)).outputs[0]!.value], feeds);
    const [some] = G.evaluate([graphOf(fileOf({ ...node, operands: fewer })).outputs[0]!.value], {
      ...feeds,
      in1: firstFive(feeds.in1!),
      in2: firstFive(feeds.in2!),
    });
    expectClose(all!.data, some!.data, 1e-14);
  });

  it('refuses heads that do not divide', () => {
    const node = { type: 'Attention', operands: flat, attributes: { q_num_heads: 4, kv_num_heads: 3 }, opset: 23 };
    expect(refusalOf(fileOf(node)).message).toMatch(/q_num_heads = 4, which does not split the last axis/);
  });
});

describe.each([
  {
    type: 'Attention',
    operands: [batch(2, 2, 2, 3), batch(2, 1, 3, 3), batch(2, 1, 3, 2)],
    attributes: { is_causal: 1 },
  },
  {
    type: 'Attention',
    operands: [batch(1, 2, 4), batch(1, 3, 4), batch(1, 3, 4), fixed(2, 3)],
    attributes: { q_num_heads: 2, kv_num_heads: 2, softcap: { float: 0.8 } },
  },
] as readonly OneNode[])('derivatives of Attention $attributes', (node) => {
  const graph = graphOf(fileOf({ opset: 23, ...node }), { dtype: 'float64' });
  const y = graph.outputs[0]!.value;
  const values = asValues(feedsOf(node));
  it('up to the third are confirmed by difference quotients', () => {
    expectDerivatives(y, graph.inputs, values);
  });
  it('have adjoints that are the transposes of tangents', () => {
    expectAdjoint(y, graph.inputs, values);
  });
  it('give one summary by both engines', () => {
    expectOneSummary(y, graph.inputs, values);
  });
});

describe('a transformer block', () => {
  const x = G.input('x', ['N', 3, 4], 'float64');
  const parameters = Object.fromEntries(
    Object.entries({ wq: [4, 4], wk: [4, 4], wv: [4, 4], wo: [4, 4], scale: [4], bias: [4] }).map(([name, shape]) => [
      name,
      G.input(name, shape, 'float64') as G.Input,
    ]),
  );
  const split = (v: G.Expr): G.Expr => G.transpose(G.reshape(v, ['N', 3, 2, 2]), [0, 2, 1, 3]);
  const { wq, wk, wv, wo, scale, bias } = parameters as Record<string, G.Input>;
  const normed = G.layerNorm(x, scale, bias);
  const [q, k, v] = [wq!, wk!, wv!].map((w) => split(G.matmul(normed, w))) as [G.Expr, G.Expr, G.Expr];
  const causal = G.trilu(G.constant(G.tensor(Array(9).fill(1), [3, 3], 'bool')), false);
  const attended = G.attention(q, k, v, { masks: [causal] }).value;
  const y = G.add(x, G.matmul(G.reshape(G.transpose(attended, [0, 2, 1, 3]), ['N', 3, 4]), wo!));
  const values = Object.fromEntries(
    Object.entries({ x: [2, 3, 4], wq: [4, 4], wk: [4, 4], wv: [4, 4], wo: [4, 4], scale: [4], bias: [4] }).map(
      ([name, shape], i) => [name, { shape, data: Float64Array.from(wave(shape, i + 1)) }],
    ),
  );
  it('gives one summary by both engines', () => {
    expectOneSummary(y, Object.values(parameters), values);
  });
  it('attends to nothing that comes later', () => {
    const seed = G.constant(G.tensor([1, 0, 0], [1, 3, 1], 'float64'));
    const [dx] = G.grad(G.reduceSum(G.mul(y, seed)), [x]);
    const [value] = G.evaluate([dx!], values);
    const late = [...value!.data].filter((_, i) => i % 12 >= 4);
    expectClose(late, Array(16).fill(0), 0);
    expect([...value!.data].some((g) => Math.abs(g) > 0.1)).toBe(true);
  });
});
