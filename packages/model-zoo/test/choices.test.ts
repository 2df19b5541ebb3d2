import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoencoder, deepMlp, gpt, lenet, type Model, mlp, resnet18, smallMlp, vgg11 } from '../src/index.js';

const activations = ['tanh', 'elu', 'relu', 'sigmoid'];
const scalings = ['standard', 'ntk'];

/** A builder, an option of it that is one of a few names, and those names. */
const choices: readonly (readonly [string, (options: object) => Model, string, readonly string[]])[] = [
  ['mlp', (o) => mlp({ sizes: [3, 2], activation: 'tanh', ...o }), 'activation', activations],
  ['mlp', (o) => mlp({ sizes: [3, 2], activation: 'tanh', ...o }), 'scaling', scalings],
  ['mlp', (o) => smallMlp({ inputs: 3, ...o }), 'scaling', scalings],
  ['mlp', (o) => deepMlp({ depth: 1, width: 2, inputs: 3, ...o }), 'activation', activations],
  ['lenet', lenet, 'activation', activations],
  ['lenet', lenet, 'scaling', scalings],
  ['vgg11', vgg11, 'activation', activations],
  ['vgg11', vgg11, 'scaling', scalings],
  ['autoencoder', (o) => autoencoder({ sizes: [3, 2], ...o }), 'activation', activations],
  ['autoencoder', (o) => autoencoder({ sizes: [3, 2], ...o }), 'scaling', scalings],
  ['autoencoder', (o) => autoencoder({ sizes: [3, 2], ...o }), 'loss', ['bernoulliCrossEntropy', 'meanSquaredError']],
  ['resnet18', resnet18, 'stem', ['imagenet', 'cifar']],
  ['gpt', (o) => gpt({ blocks: 1, width: 4, ...o }), 'normalize', ['after', 'before']],
];

describe('an option that is one of a few names', () => {
  it.each(choices)('%s: %o %s takes those of %j and no other, and names them all', (model, build, option, names) => {
    for (const name of names) expect(build({ [option]: name }).parameters.length).toBeGreaterThan(0);
    const other = fc.oneof(fc.string(), fc.constantFrom('constructor', 'swish', 'hinge', 'softmaxCrossEntropy'));
    fc.assert(
      fc.property(other, (value) => {
        fc.pre(!names.includes(value));
        // σ_w would otherwise be what stands in the way of an activation.
        for (const more of option === 'activation' ? [{}, { sigma: 1 }] : [{}]) {
          const refused = () => build({ [option]: value, ...more });
          expect(refused).toThrow(G.GraphError);
          expect(refused).toThrow(`${model}: ${option} is ${JSON.stringify(value)}; it must be "`);
          for (const name of names) expect(refused).toThrow(`"${name}"`);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is named with its values', () => {
    expect(() => mlp({ sizes: [3, 2], activation: 'swish' as never })).toThrow(
      'mlp: activation is "swish"; it must be "tanh", "elu", "relu" or "sigmoid"',
    );
  });
});
