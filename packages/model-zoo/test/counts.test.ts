import { describe, expect, it } from 'vitest';
import {
  autoencoder,
  bigMlp,
  deepMlp,
  gpt,
  lenet,
  type Model,
  paperMlp,
  parameterCount,
  resnet18,
  smallMlp,
  vgg11,
} from '../src/index.js';
import { tinyModels } from './tiny.js';

const parameter = (model: Model, name: string) => model.parameters.find((p) => p.name === name);

describe('the models', () => {
  it.each([
    ['small MLP', smallMlp(), 52_650, 6, [784], 10],
    ['MLP', paperMlp(), 1_029_950, 8, [784], 10],
    ['LeNet-5', lenet(), 62_006, 10, [3, 32, 32], 10],
    ['VGG-11′', vgg11(), 9_225_610, 18, [3, 32, 32], 10],
    ['BigMLP', bigMlp(), 23_099_402, 42, [3072], 10],
    ['very deep MLP', deepMlp(), 1_079_410, 202, [784], 10],
    ['autoencoder', autoencoder(), 2_837_314, 16, [784], 784],
    ['ResNet-18', resnet18(), 11_689_512, 62, [3, 224, 224], 1000],
    ['ResNet-18 for CIFAR', resnet18({ stem: 'cifar' }), 11_173_962, 62, [3, 32, 32], 10],
    ['GPT', gpt(), 834_048, 50, [64], 256],
    ['GPT normalized before', gpt({ normalize: 'before' }), 834_304, 52, [64], 256],
  ] as const)('%s has its P, S, input and classes', (_, model, P, S, inputShape, classes) => {
    expect(parameterCount(model)).toBe(P);
    expect(model.parameters).toHaveLength(S);
    expect(model.inputShape).toEqual(inputShape);
    expect(model.classes).toBe(classes);
  });

  it.each(Object.entries(tinyModels))('%s names every parameter once', (_, model) => {
    expect(new Set(model.parameters.map((p) => p.name)).size).toBe(model.parameters.length);
  });

  it('lay parameters out as PyTorch does, and know their fans', () => {
    expect(parameter(paperMlp(), '0.weight')).toMatchObject({ shape: [1024, 784], fanIn: 784, fanOut: 1024 });
    expect(parameter(lenet(), 'conv2.weight')).toMatchObject({ shape: [16, 6, 5, 5], fanIn: 150, fanOut: 400 });
    expect(parameter(lenet(), 'conv2.bias')).toMatchObject({ shape: [16], kind: 'bias', fanIn: 150, fanOut: 400 });
    expect(parameter(lenet(), 'fc1.weight')).toMatchObject({ shape: [120, 400] });
    expect(parameter(vgg11(), 'fc.weight')).toMatchObject({ shape: [10, 512] });
    expect(parameter(gpt(), 'wte.weight')).toMatchObject({ shape: [256, 128], kind: 'embedding' });
    expect(parameter(gpt(), 'h.3.ln_2.weight')).toMatchObject({ shape: [128], kind: 'scale' });
  });
});

describe('what a model refuses', () => {
  it.each([
    [() => lenet({ inputShape: [3, 15, 32] }), 'lenet: inputShape is [3, 15, 32]; images must be at least 16 × 16'],
    [() => lenet({ inputShape: [784] }), 'lenet: inputShape is [784]; images are [channels, height, width]'],
    [() => lenet({ hidden: [0, 4] }), 'lenet: hidden is [0, 4]; each must be a positive integer'],
    [() => vgg11({ inputShape: [3, 31, 40] }), 'vgg11: inputShape is [3, 31, 40]; images must be at least 32 × 32'],
    [() => vgg11({ plan: ['M'] }), 'vgg11: plan holds no convolution; give output channels'],
    [() => vgg11({ classes: 1.5 }), 'vgg11: classes is 1.5; it must be a positive integer'],
    [() => autoencoder({ sizes: [784] }), "autoencoder: sizes are [784]; give the input's size, …, the code's"],
    [
      () => resnet18({ inputShape: [32, 32] }),
      'resnet18: inputShape is [32, 32]; images are [channels, height, width]',
    ],
    [() => resnet18({ widths: [1, 2, -3, 4] }), 'resnet18: widths is [1, 2, -3, 4]; each must be a positive integer'],
    [() => gpt({ heads: 3 }), 'gpt: width is 128; it must be a multiple of heads, 3'],
    [() => gpt({ context: 0 }), 'gpt: context is 0; it must be a positive integer'],
    [() => deepMlp({ depth: 0 }), 'deepMlp: depth is 0; it must be a positive integer'],
    [() => lenet({ sigma: -1 }), 'initial weights: sigma is -1; it must be a positive number'],
  ])('%s', (build, message) => {
    expect(build).toThrow(message);
  });
  it('LeNet takes the smallest image that it says it takes', () => {
    expect(parameter(lenet({ inputShape: [1, 16, 16] }), 'fc1.weight')?.shape).toEqual([120, 16]);
  });
});
