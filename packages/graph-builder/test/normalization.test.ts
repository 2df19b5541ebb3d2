import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import {
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  refusalOf,
  wave,
} from './oneNode.js';

const x = { shape: [3, 4, 2, 3], batch: true };
const channels = { shape: [4] };
const positive = { shape: [4], data: [0.4, 1.3, 0.7, 2.1] };
const statistics = [x, channels, channels, channels, positive];

const nodes: readonly OneNode[] = [
  { type: 'BatchNormalization', operands: statistics, opset: 15 },
  { type: 'BatchNormalization', operands: statistics, attributes: { epsilon: { float: 0.1 } }, opset: 9 },
  { type: 'BatchNormalization', operands: statistics, attributes: { epsilon: { float: 0.1 } }, opset: 7 },
  {
    type: 'BatchNormalization',
    operands: statistics,
    attributes: { training_mode: 1, momentum: { float: 0.7 }, epsilon: { float: 0.01 } },
    outputs: ['float32', 'float32', 'float32'],
    opset: 15,
  },
  {
    type: 'BatchNormalization',
    operands: statistics,
    attributes: { training_mode: 1 },
    outputs: ['float32', 'float32', 'float32'],
    opset: 14,
  },
  { type: 'BatchNormalization', operands: [{ shape: [5, 4], batch: true }, channels, channels, channels, positive] },
  { type: 'InstanceNormalization', operands: [x, channels, channels] },
  {
    type: 'InstanceNormalization',
    operands: [{ shape: [2, 4, 7] }, channels, channels],
    attributes: { epsilon: { float: 0.2 } },
    opset: 7,
  },
  { type: 'GroupNormalization', operands: [x, channels, channels], attributes: { num_groups: 2 }, opset: 21 },
  {
    type: 'GroupNormalization',
    operands: [x, channels, channels],
    attributes: { num_groups: 4, epsilon: { float: 0.3 } },
    opset: 21,
  },
  { type: 'LayerNormalization', operands: [x, { shape: [3] }], opset: 17 },
  {
    type: 'LayerNormalization',
    operands: [x, { shape: [3] }, { shape: [3] }],
    attributes: { epsilon: { float: 0.2 } },
  },
  {
    type: 'LayerNormalization',
    operands: [x, { shape: [4, 2, 3] }, { shape: [4, 2, 3] }],
    attributes: { axis: 1 },
    outputs: ['float32', 'float32', 'float32'],
  },
  {
    type: 'LayerNormalization',
    operands: [x, { shape: [2, 3] }],
    attributes: { axis: -2 },
    outputs: ['float32', undefined, 'float32'],
  },
  { type: 'RMSNormalization', operands: [x, { shape: [3] }], opset: 23 },
  {
    type: 'RMSNormalization',
    operands: [x, { shape: [2, 3] }],
    attributes: { axis: 2, epsilon: { float: 0.1 } },
    opset: 23,
  },
];

describe('a normalisation imported, and written again, computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    if (node.operands[0]!.batch) expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });

  it('GroupNormalization before opset 21 has one scale and bias a group', () => {
    const file = fileOf({
      type: 'GroupNormalization',
      operands: [x, { shape: [2], data: [2, 3] }, { shape: [2], data: [5, 7] }],
      attributes: { num_groups: 2 },
      opset: 18,
    });
    const [own, wanted] = [
      graphOf(file, { dtype: 'float64' }).outputs[0]!.value,
      G.groupNorm(
        G.input('in0', ['N', 4, 2, 3], 'float64'),
        2,
        G.constant(G.tensor([2, 2, 3, 3], [4], 'float64')),
        G.constant(G.tensor([5, 5, 7, 7], [4], 'float64')),
        Math.fround(1e-5),
      ),
    ];
    const two = (data: readonly number[]) => ({ shape: [2], data: Float64Array.from(data) });
    const values = {
      in0: { shape: x.shape, data: Float64Array.from(wave(x.shape, 1)) },
      in1: two([2, 3]),
      in2: two([5, 7]),
    };
    const [a, b] = G.evaluate([own, wanted], values);
    // The imported divisor was rounded to float32 with the rest of the file's constants.
    expectClose(a!.data, b!.data, 1e-7);
  });

  it('BatchNormalization before opset 14 is in training mode where it lists more outputs', () => {
    const file = (outputs: OneNode['outputs']) =>
      graphOf(fileOf({ type: 'BatchNormalization', operands: statistics, outputs, opset: 9 } as OneNode));
    const training = file(['float32', 'float32', 'float32']);
    const later = graphOf(
      fileOf({
        type: 'BatchNormalization',
        operands: statistics,
        attributes: { training_mode: 1 },
        outputs: ['float32', 'float32', 'float32'],
        opset: 15,
      }),
    );
    expect(training.outputs.map((o) => o.value)).toEqual(later.outputs.map((o) => o.value));
    expect(file(['float32']).outputs[0]!.value).not.toBe(later.outputs[0]!.value);
  });

  it('refuses groups that do not divide the channels', () => {
    const node = {
      type: 'GroupNormalization',
      operands: [x, channels, channels],
      attributes: { num_groups: 3 },
      opset: 21,
    };
    expect(refusalOf(fileOf(node)).message).toMatch(/no axis 1 that divides into 3 groups/);
  });
});

const symbolic = G.input('x', ['N', 4, 3], 'float64') as G.Input;
const scale = G.input('scale', [4], 'float64') as G.Input;
const bias = G.input('bias', [4], 'float64') as G.Input;
const lastScale = G.input('lastScale', [3], 'float64') as G.Input;
const values = Object.fromEntries(
  Object.entries({ x: [3, 4, 3], scale: [4], bias: [4], lastScale: [3], mean: [4], variance: [4] }).map(
    ([name, shape], i) => [
      name,
      { shape, data: Float64Array.from(wave(shape, i + 2), (v) => (name === 'variance' ? v * v + 0.4 : v)) },
    ],
  ),
);
const mean = G.input('mean', [4], 'float64') as G.Input;
const variance = G.input('variance', [4], 'float64') as G.Input;

describe.each([
  { name: 'batchNorm', y: G.batchNorm(symbolic, scale, bias, 0.1).value, xs: [symbolic, scale, bias] },
  {
    name: 'batchNormInference',
    y: G.batchNormInference(symbolic, scale, bias, mean, variance, 0.1),
    xs: [symbolic, scale, bias, mean, variance],
  },
  { name: 'layerNorm', y: G.layerNorm(symbolic, lastScale, undefined, { epsilon: 0.1 }), xs: [symbolic, lastScale] },
  {
    name: 'layerNorm over a symbolic axis',
    y: G.layerNorm(symbolic, undefined, undefined, { axis: 0 }),
    xs: [symbolic],
  },
  { name: 'rmsNorm', y: G.rmsNorm(symbolic, lastScale, { axis: 1 }), xs: [symbolic, lastScale] },
  { name: 'groupNorm', y: G.groupNorm(symbolic, 2, scale, bias, 0.1), xs: [symbolic, scale, bias] },
  { name: 'instanceNorm', y: G.instanceNorm(symbolic, scale, bias, 0.1), xs: [symbolic, scale, bias] },
])('$name', ({ y, xs }) => {
  it('has first, second and third derivatives that difference quotients confirm', () => {
    expectDerivatives(y, xs, values, 1e-7);
  });
  it('has an adjoint that is the transpose of its tangent', () => {
    expectAdjoint(y, xs, values);
  });
  it('gives one summary by both engines', () => {
    expectOneSummary(y, xs, values);
  });
});
