import { GraphError } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import * as M from '../src/index.js';

const tiny = M.mlp({ sizes: [3, 2], activation: 'tanh' });
const paper = { sigma: 1, scaling: 'standard' };
const flat = { ...paper, inputs: 3, classes: 2 };
const image = { inputShape: [1, 32, 32], classes: 2 };
const { byKind, heNormal, heUniform, ones } = M.initializers;

/** A call with every option that it takes, in the order of the refusal, at values that are taken. */
const rows: readonly (readonly [string, (options: never) => unknown, object])[] = [
  ['mlp', M.mlp, { ...paper, sizes: [3, 2], activation: 'tanh' }],
  ['smallMlp', M.smallMlp, flat],
  ['paperMlp', M.paperMlp, flat],
  ['bigMlp', M.bigMlp, flat],
  ['deepMlp', M.deepMlp, { ...flat, depth: 1, width: 2, activation: 'tanh' }],
  ['lenet', M.lenet, { ...paper, ...image, activation: 'tanh', channels: [1, 1], kernels: [5, 5], hidden: [2, 2] }],
  ['vgg11', M.vgg11, { ...paper, ...image, activation: 'elu', plan: [1] }],
  ['resnet18', M.resnet18, { stem: 'cifar', ...image, widths: [1, 1, 1, 1] }],
  ['autoencoder', M.autoencoder, { ...paper, sizes: [3, 2], activation: 'sigmoid', loss: 'meanSquaredError' }],
  ['gpt', M.gpt, { blocks: 1, heads: 1, width: 2, vocabulary: 3, context: 2, normalize: 'after' }],
  [
    'lossGraph',
    (o) => M.lossGraph(tiny, o),
    {
      dtype: 'float32',
      loss: 'meanSquaredError',
      seed: 1,
      initializer: ones,
      values: M.initialize(tiny, { seed: 1 }),
    },
  ],
  ['initialize', (o) => M.initialize(tiny, o), { seed: 1, dtype: 'float32', initializer: ones }],
  ['heNormal', heNormal, { fan: 'out' }],
  ['heUniform', heUniform, { fan: 'out' }],
  ['byKind', byKind, { weight: ones, bias: ones, scale: ones, shift: ones, embedding: ones }],
];

describe('an option of no such name', () => {
  it.each(rows)('is refused by %s, which names those that there are', (name, call, options) => {
    expect(() => call(options as never)).not.toThrow();
    expect(() => call({ ...options, sigmaW: 1 } as never)).toThrow(
      new GraphError(name, `there is no option "sigmaW"; the options are ${Object.keys(options).join(', ')}`),
    );
  });

  it('of another perceptron is refused too', () => {
    expect(() => M.bigMlp({ depth: 3 } as object)).toThrow('bigMlp: there is no option "depth"');
    expect(() => M.smallMlp({ activation: 'relu' } as object)).toThrow('smallMlp: there is no option "activation"');
  });

  it('is the Left of modelNamed, whatever the model', () => {
    for (const model of M.modelNames) {
      expect(M.modelNamed(model, { inputs: 3 } as object)).toEqual(
        E.left({
          _tag: 'UnsuitableData',
          message: 'modelNamed: there is no option "inputs"; the options are inputShape, classes',
          model,
        }),
      );
    }
  });
});
