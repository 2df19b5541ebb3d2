/** Linear models and feature scaling of ai.onnx.ml give ONNX Runtime's numbers, and derivatives in the features. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, node } from './graphs.js';
import { expectNodeLaws } from './nodeLaws.js';
import { batch, expectImported, feedsOf, fileOf, graphOf, type OneNode, type Operand, refusalOf } from './oneNode.js';

const floats = (...values: number[]) => ({ floats: values });
const ml = (
  type: string,
  x: Operand,
  attributes: OneNode['attributes'],
  outputs: OneNode['outputs'] = ['float32'],
): OneNode => ({ type, domain: 'ai.onnx.ml', operands: [x], attributes, outputs });

const x = batch(4, 3);
/** One example of zeros, and one whose largest element is below 0. */
const edges: Operand = { shape: [3, 3], data: [0, 0, 0, -1, -5, -2, 0.5, 0.25, -4], batch: true };
const two = { coefficients: floats(1, 2, 3, 0.1, 0.2, -0.3), intercepts: floats(0.5, -1) };
const one = { coefficients: floats(0.1, 0.2, -0.3), intercepts: floats(0.05) };

const smooth: readonly OneNode[] = [
  ml('Scaler', x, { offset: floats(1, 2, 3), scale: floats(2, 0.5, -1) }),
  ml('Scaler', x, { offset: floats(1), scale: floats(2) }),
  ml('Scaler', { shape: [3] }, { offset: floats(1, 2, 3), scale: floats(2, 0.5, -1) }),
  ...['MAX', 'L1', 'L2'].map((norm) => ml('Normalizer', x, { norm })),
  ml('LinearRegressor', x, { ...one }),
  ml('LinearRegressor', { shape: [3] }, { ...one }),
  ...['NONE', 'LOGISTIC', 'SOFTMAX'].map((post_transform) =>
    ml('LinearRegressor', x, { ...two, targets: 2, post_transform }),
  ),
];

const classifiers: readonly OneNode[] = [
  ...['NONE', 'LOGISTIC', 'SOFTMAX'].map((post_transform) =>
    ml('LinearClassifier', x, { ...two, classlabels_ints: [7, 9], post_transform, multi_class: 1 }, [
      'int64',
      'float32',
    ]),
  ),
  ...['NONE', 'LOGISTIC'].map((post_transform) =>
    ml('LinearClassifier', x, { ...one, classlabels_ints: [7, 9], post_transform }, ['int64', 'float32']),
  ),
];

const name = ({ type, operands, attributes }: OneNode): string =>
  `${type} of [${operands[0]!.shape}] ${JSON.stringify(attributes)}`;

describe('imported, and written again, it computes what its file does', () => {
  const integers: Operand = { shape: [2, 3], data: [1, -2, 3, 0, 4, -1], dtype: 'int64' };
  const more = [
    ...['MAX', 'L1', 'L2'].map((norm) => ml('Normalizer', edges, { norm })),
    ml('Normalizer', integers, { norm: 'L2' }),
    ml('Scaler', integers, { offset: floats(1), scale: floats(0.5) }),
  ];
  it.each([...smooth, ...classifiers, ...more].map((node) => [name(node), node] as const))('%s', async (_, node) => {
    await expectImported(fileOf(node), feedsOf(node));
  });
});

describe('its derivatives obey the laws', () => {
  it.each(smooth.map((node) => [name(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

describe('classes that are texts', () => {
  const texts = { ...two, post_transform: 'SOFTMAX', classlabels_strings: { strings: ['cat', 'dog'] } };
  const bytes = fileOf(ml('LinearClassifier', x, texts, ['int64', 'float32']));
  it('have scores without the labels, which are no values of a graph', () => {
    const scores = graphOf(bytes, { outputs: ['out1'] }).outputs[0]!.value;
    expect(scores.shape).toEqual(['N', 2]);
    expect(refusalOf(bytes).message).toMatch(
      /gives "out0" as its output 0, which is not supported; ask for outputs that/,
    );
  });
});

describe('probabilities', () => {
  it('stay a softmax where they are normalized to sum to 1', async () => {
    const file = fileWith({
      inputs: { x: ['float32', ['N', 3]] },
      nodes: [node('Softmax', ['x'], 'p'), { ...node('Normalizer', ['p'], 'y', { norm: 'L1' }), domain: 'ai.onnx.ml' }],
      outputs: { y: 'float32' },
    });
    const { inputs, outputs } = graphOf(file);
    expect(G.logitsOf(outputs[0]!.value, 1)).toBe(inputs[0]);
  });
});

describe('refusals', () => {
  it.each<[string, OneNode, RegExp]>([
    ['another norm', ml('Normalizer', x, { norm: 'L3' }), /has the norm "L3"; it must be MAX, L1 or L2/],
    [
      'an offset of another length',
      ml('Scaler', x, { offset: floats(1, 2), scale: floats(1) }),
      /has 2 numbers as its offset; it needs one, or one for each of 3 features/,
    ],
    [
      'coefficients of other features',
      ml('LinearRegressor', x, { coefficients: floats(1, 2) }),
      /has 2 coefficients; 1 rows of 3 features need 3/,
    ],
    [
      'a transformation of one target',
      ml('LinearRegressor', x, { ...one, post_transform: 'LOGISTIC' }),
      /transforms its scores by "LOGISTIC"; supported here are NONE/,
    ],
    [
      'coefficients of other classes',
      ml('LinearClassifier', x, { ...two, classlabels_ints: [1, 2, 3] }, ['int64', 'float32']),
      /has 6 coefficients for 3 classes of 3 features/,
    ],
    ['images', ml('Normalizer', batch(2, 3, 4), { norm: 'L2' }), /needs features \[N, F\] or \[F\] of known number/],
  ])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});
