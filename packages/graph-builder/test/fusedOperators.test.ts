/** Operators that ONNX Runtime's optimizers fuse (domain com.microsoft), apart from attention. */

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
  refusalOf,
} from './oneNode.js';

const floats = (...values: number[]) => ({ floats: values });

const x = batch(2, 3, 4);
const c = fixed(4);

const activations: readonly OneNode[] = [
  fused({ type: 'Gelu', operands: [x] }),
  fused({ type: 'BiasGelu', operands: [x, c] }),
  fused({ type: 'FastGelu', operands: [x] }),
  fused({ type: 'FastGelu', operands: [x, c] }),
  fused({ type: 'QuickGelu', operands: [x] }),
  fused({ type: 'QuickGelu', operands: [x], attributes: { alpha: float(0.7) } }),
];

const epsilon = { epsilon: float(1e-3) };
const sums = ['float32', undefined, undefined, 'float32'] as const;
const normalizations: readonly OneNode[] = [
  { type: 'SimplifiedLayerNormalization', operands: [x, c], attributes: epsilon },
  { type: 'SimplifiedLayerNormalization', operands: [x, fixed(3, 4)], attributes: { axis: 1 } },
  fused({ type: 'SkipLayerNormalization', operands: [x, x, c] }),
  fused({ type: 'SkipLayerNormalization', operands: [x, x, c, c, c], attributes: epsilon, outputs: sums }),
  fused({ type: 'SkipLayerNormalization', operands: [x, fixed(1, 3, 4), c, undefined, c], attributes: epsilon }),
  fused({ type: 'SkipLayerNormalization', operands: [x, fixed(3, 4), c, c], attributes: epsilon, outputs: sums }),
  fused({ type: 'SkipSimplifiedLayerNormalization', operands: [x, x, c], outputs: sums }),
  fused({ type: 'SkipSimplifiedLayerNormalization', operands: [x, x, c, c], attributes: epsilon, outputs: sums }),
];

const pair = [batch(2, 3, 4), fixed(4, 5)];
const products: readonly OneNode[] = [
  fused({ type: 'FusedMatMul', operands: pair }),
  fused({ type: 'FusedMatMul', operands: pair, attributes: { alpha: float(0.3) } }),
  fused({ type: 'FusedMatMul', operands: [fixed(4, 3), fixed(5, 4)], attributes: { transA: 1, transB: 1 } }),
  fused({ type: 'FusedMatMul', operands: [batch(2, 4, 3), batch(2, 4, 5)], attributes: { transA: 1 } }),
  fused({ type: 'FusedMatMul', operands: [batch(2, 3, 4), batch(2, 5, 4)], attributes: { transB: 1 } }),
  fused({
    type: 'FusedMatMul',
    operands: [fixed(3, 2, 2, 4), fixed(2, 2, 4, 5)],
    attributes: { transBatchA: 1, alpha: float(-2) },
  }),
  fused({ type: 'FusedMatMul', operands: [fixed(2, 2, 3, 4), fixed(4, 2, 2, 5)], attributes: { transBatchB: 1 } }),
  fused({
    type: 'FusedMatMul',
    operands: [fixed(4, 2, 2, 3), fixed(5, 2, 2, 4)],
    attributes: { transA: 1, transB: 1, transBatchA: 1, transBatchB: 1 },
  }),
  fused({ type: 'TransposeMatMul', operands: [fixed(4, 3), fixed(5, 4)], attributes: { transA: 1, transB: 1 } }),
  ...(
    [
      ['Relu', {}],
      ['LeakyRelu', { activation_alpha: float(0.2) }],
      ['Elu', { activation_alpha: float(0.6) }],
      ['HardSigmoid', { activation_alpha: float(0.3), activation_beta: float(0.4) }],
      ['Sigmoid', {}],
      ['Softplus', {}],
      ['Softsign', {}],
      ['Tanh', {}],
      ['Celu', { activation_alpha: float(0.6) }],
      ['ThresholdedRelu', { activation_alpha: float(0.3) }],
    ] as const
  ).map(([activation, more]) =>
    fused({
      type: 'FusedGemm',
      operands: [batch(2, 4), fixed(5, 4), fixed(5)],
      attributes: { transB: 1, alpha: float(0.7), beta: float(1.2), activation, ...more },
    }),
  ),
  ...(
    [
      ['Relu', {}],
      ['Tanh', {}],
      ['Sigmoid', {}],
      ['LeakyRelu', { activation_params: floats(0.2) }],
      ['Clip', { activation_params: floats(-0.4, 0.7) }],
      ['HardSigmoid', { activation_params: floats(0.3, 0.4) }],
    ] as const
  ).map(([activation, more]) =>
    fused({
      type: 'FusedConv',
      operands: [batch(2, 4, 5, 6), fixed(6, 2, 3, 2), fixed(6)],
      attributes: { group: 2, strides: [1, 2], pads: [1, 0, 1, 1], activation, ...more },
    }),
  ),
  fused({
    type: 'FusedConv',
    operands: [fixed(2, 3, 4, 4), fixed(5, 3, 3, 3), fixed(5), fixed(2, 5, 2, 2)],
    attributes: { activation: 'Relu' },
  }),
  fused({ type: 'FusedConv', operands: [fixed(2, 3, 4, 4), fixed(5, 3, 3, 3), undefined, fixed(2, 5, 2, 2)] }),
];

const tokens = int32s([2, 3], [5, 0, 2, 2, 1, 4], { batch: true });
const segments = int32s([2, 3], [0, 0, 1, 1, 0, 1], { batch: true });
const mask = int32s([2, 3], [1, 1, 0, 1, 1, 1], { batch: true });
const tables = [fixed(6, 4), fixed(7, 4), fixed(2, 4)] as const;
const all = ['float32', 'int32', 'float32'] as const;
const embeddings: readonly OneNode[] = [
  fused({
    type: 'EmbedLayerNormalization',
    operands: [tokens, segments, ...tables, c, c],
    attributes: epsilon,
    outputs: all,
  }),
  fused({
    type: 'EmbedLayerNormalization',
    operands: [tokens, segments, ...tables, c, c, mask],
    attributes: { ...epsilon, mask_index_type: 0 },
    outputs: all,
  }),
  fused({
    type: 'EmbedLayerNormalization',
    operands: [tokens, undefined, tables[0], tables[1], undefined, c, c, mask],
    attributes: epsilon,
    outputs: ['float32', 'int32'],
  }),
  ...[int32s([2, 3], [1, 0, 6, 2, 3, 3], { batch: true }), int32s([1, 3], [4, 2, 6])].map((positions) =>
    fused({
      type: 'EmbedLayerNormalization',
      operands: [tokens, segments, ...tables, c, c, undefined, positions],
      attributes: epsilon,
      outputs: all,
    }),
  ),
];

const others: readonly OneNode[] = [
  {
    type: 'ArrayFeatureExtractor',
    domain: 'ai.onnx.ml',
    operands: [batch(2, 4), { shape: [3], data: [2, 0, 2], dtype: 'int64' }],
  },
  {
    type: 'ArrayFeatureExtractor',
    domain: 'ai.onnx.ml',
    operands: [fixed(4), { shape: [1, 3], data: [3, 0, 2], dtype: 'int64' }],
  },
];

const nodes = [...activations, ...normalizations, ...products, ...embeddings, ...others];

describe('imported, and written again, it computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    const first = node.operands[0]!;
    if (first.batch) expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });
});

/** One of each kind; others differ in what the conventions of kinks are tested for, or in shapes alone. */
const lawful = [
  ...activations,
  ...normalizations,
  ...products.filter(({ attributes: a }) => !/elu|Elu|Clip|HardSigmoid/.test(String(a?.activation))),
  ...embeddings.slice(0, 3),
];

describe('its derivatives obey the laws', () => {
  it.each(lawful.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

/** What ONNX Runtime runs on a GPU alone, and the operators that say the same. */
describe('BiasAdd, BiasSplitGelu and GemmFastGelu', () => {
  const given = (node: OneNode) => ({ y: graphOf(fileOf(node)).outputs[0]!.value, feeds: asValues(feedsOf(node)) });
  const inputs = (...shapes: (readonly G.Dim[])[]) => shapes.map((shape, i) => G.input(`in${i}`, shape));
  const cases: readonly (readonly [OneNode, (...given: G.Expr[]) => G.Expr, readonly G.Expr[]])[] = [
    [
      fused({ type: 'BiasAdd', operands: [x, c, x] }),
      (a, b, d) => G.sumOf([a!, b!, d!]),
      inputs(['N', 3, 4], [4], ['N', 3, 4]),
    ],
    [
      fused({ type: 'BiasSplitGelu', operands: [x, c] }),
      (a, b) => {
        const [left, right] = [0, 2].map((at) => G.sliceAxis(G.add(a!, b!), 2, at, 2));
        return G.mul(left!, G.gelu(right!));
      },
      inputs(['N', 3, 4], [4]),
    ],
    [
      fused({ type: 'GemmFastGelu', operands: [...pair, fixed(5)] }),
      (a, w, b) => G.geluTanh(G.add(G.matmul(a!, w!), b!)),
      inputs(['N', 3, 4], [4, 5], [5]),
    ],
  ];
  it.each(cases)('$type', (node, reference, args) => {
    const { y, feeds } = given(node);
    const [actual, wanted] = G.evaluate([y, reference(...args)], feeds);
    expect(actual!.shape).toEqual(wanted!.shape);
    expectClose(actual!.data, [...wanted!.data], 1e-12);
    expect(y.shape[0]).toBe('N');
  });
  it('BiasSplitGelu needs two halves', () => {
    const node = fused({ type: 'BiasSplitGelu', operands: [fixed(2, 3, 5), fixed(5)] });
    expect(refusalOf(fileOf(node)).message).toBe(
      'node "node" (BiasSplitGelu) needs a last axis of even length to split, got float32[2, 3, 5]',
    );
  });
});

describe('what is not supported is refused, with its domain', () => {
  it('an operator of the domain', () => {
    const node = fused({ type: 'QAttention', operands: [x] });
    expect(refusalOf(fileOf(node)).message).toBe(
      '1 unsupported node: com.microsoft.QAttention ("node"); replace them or export the model without them',
    );
  });
  it.each([
    ['com.microsoft', 'Relu'],
    ['com.example', 'Gelu'],
    ['', 'FastGelu'],
    ['', 'BiasGelu'],
    ['com.microsoft', 'constructor'],
  ])('an operator of another domain: "%s" %s', (domain, type) => {
    expect(refusalOf(fileOf({ type, domain, operands: [x, c] }))._tag).toBe('UnsupportedOperators');
  });
  it.each([
    [
      fused({ type: 'FusedConv', operands: [fixed(2, 3, 4), fixed(5, 3, 3)], attributes: { activation: 'Clip' } }),
      'has the activation Clip, for which activation_params lacks a value',
    ],
    [
      fused({ type: 'FusedGemm', operands: [fixed(2, 3), fixed(3, 4)], attributes: { activation: 'Swim' } }),
      'has the activation "Swim"; supported are Affine, ',
    ],
    [
      fused({ type: 'FusedMatMul', operands: [fixed(2, 3), fixed(3, 4)], attributes: { transBatchA: 1 } }),
      'has transBatchA, for which float32[2, 3] has no batch axis',
    ],
    [
      fused({ type: 'EmbedLayerNormalization', operands: [int32s([2], [0, 1]), undefined, ...tables, c, c] }),
      'needs tokens [batch, length], got int32[2]',
    ],
  ] as readonly (readonly [OneNode, string])[])('%s', (node, message) => {
    expect(refusalOf(fileOf(node)).message).toContain(message);
  });
});
