import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type DataShape, modelNamed, modelNames, parameterCount } from '../src/index.js';

const summaryOf = (name: string, data?: DataShape) => {
  const found = modelNamed(name, data);
  if (!isRight(found)) return found.left;
  const { inputShape, classes } = found.right;
  return { P: parameterCount(found.right), inputShape, classes };
};

describe('modelNamed', () => {
  it('knows the models of the command line', () => {
    expect([...modelNames].sort()).toEqual(
      ['autoencoder', 'bigmlp', 'deep-mlp', 'gpt', 'lenet', 'mlp', 'resnet18', 'small-mlp', 'vgg11'].sort(),
    );
  });

  it.each([
    ['mlp', 1_029_950],
    ['lenet', 62_006],
    ['vgg11', 9_225_610],
    ['bigmlp', 23_099_402],
    ['resnet18', 11_173_962],
    ['gpt', 834_048],
  ])('%s without data is the paper’s, or the zoo’s default', (name, P) => {
    expect(summaryOf(name)).toMatchObject({ P });
  });

  it.each([
    ['small-mlp', { inputShape: [1, 28, 28], classes: 7 }, { inputShape: [784], classes: 7 }],
    ['mlp', { inputShape: [3, 32, 32] }, { inputShape: [3072], classes: 10 }],
    ['autoencoder', { inputShape: [3, 32, 32], classes: 10 }, { inputShape: [3072], classes: 3072 }],
    ['lenet', { inputShape: [1, 28, 28], classes: 12 }, { inputShape: [1, 28, 28], classes: 12 }],
    ['resnet18', { inputShape: [3, 224, 224], classes: 1000 }, { P: 11_689_512 }],
    ['gpt', { inputShape: [16], classes: 50 }, { inputShape: [16], classes: 50 }],
  ])('%s fits itself to data', (name, data, expected) => {
    expect(summaryOf(name, data)).toMatchObject(expected);
  });

  it('says what there is when asked for what there is not', () => {
    for (const name of ['LeNet', 'constructor']) {
      expect(summaryOf(name)).toEqual({
        _tag: 'UnknownModel',
        model: name,
        message: `there is no model "${name}"; there are ${modelNames.join(', ')}`,
      });
    }
  });

  it.each([
    ['vgg11', { inputShape: [1, 28, 28] }, 'vgg11: inputShape is [1, 28, 28]; images must be at least 32 × 32'],
    ['resnet18', { inputShape: [784] }, 'resnet18: inputShape is [784]; images are [channels, height, width]'],
    ['gpt', { inputShape: [3, 32, 32] }, 'gpt: inputShape is [3, 32, 32]; an example is [tokens]'],
    ['mlp', { classes: 0 }, 'mlp: sizes is [784, 1024, 200, 100, 0]; each must be a positive integer'],
  ])('refuses %s for data it cannot take', (name, data, message) => {
    expect(summaryOf(name, data)).toEqual({ _tag: 'UnsuitableData', model: name, message });
  });
});
