/** Multilayer perceptrons, the paper's two among them. */

import { add, describe, type Expr, GraphError, matmul, mul, transpose } from '@hograd/graph-builder';
import { type Activation, activations, defaultSigma } from './activation.js';
import type { Model, ParameterExprs, ParameterSpec } from './model.js';

export interface MlpOptions {
  /** σ_w, positive: the scale of the weights. Default: 1 with tanh and sigmoid, √2 with ELU and ReLU. */
  readonly sigma?: number;
  /**
   * Where 1/√fan_in goes. `standard` (default): into the initial weights, N(0, σ_w²/fan_in). `ntk`: weights are N(0, σ_w²) and each
   * layer divides its input by √fan_in, the parameterisation of the neural tangent kernel. At the start both compute functions of
   * the same distribution; their gradients differ in scale.
   */
  readonly scaling?: 'standard' | 'ntk';
}

const layerParameters = (index: number, fanIn: number, fanOut: number, deviation: number): readonly ParameterSpec[] => [
  { name: `${index}.weight`, shape: [fanOut, fanIn], kind: 'weight', fanIn, deviation },
  { name: `${index}.bias`, shape: [fanOut], kind: 'bias', fanIn, deviation: 0 },
];

const lookUp = (parameters: ParameterExprs, name: string, shape: readonly number[]): Expr => {
  const value = parameters[name];
  if (value === undefined) throw new GraphError('mlp', `parameter "${name}" [${shape.join(', ')}] is missing`);
  if (value.shape.length !== shape.length || value.shape.some((dim, i) => dim !== shape[i])) {
    throw new GraphError('mlp', `parameter "${name}" is ${describe(value)}; its shape must be [${shape.join(', ')}]`);
  }
  return value;
};

/**
 * A perceptron of fully connected layers: x [N, sizes[0]] to logits [N, last of sizes], the activation after every layer but the
 * last. Layer i computes h·Wᵀ + b with W = `i.weight` [sizes[i+1], sizes[i]] and b = `i.bias`. Throws GraphError unless there are at
 * least two sizes, all positive integers, and σ_w is positive.
 */
export const mlp = ({
  sizes,
  activation,
  sigma = defaultSigma[activation],
  scaling = 'standard',
}: MlpOptions & { readonly sizes: readonly number[]; readonly activation: Activation }): Model => {
  if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new GraphError(
      'mlp',
      `sizes are [${sizes.join(', ')}]; give the input's size, then each layer's, all positive integers`,
    );
  }
  if (!(sigma > 0 && sigma < Infinity)) throw new GraphError('mlp', `sigma is ${sigma}; it must be a positive number`);
  const ntk = scaling === 'ntk';
  const layers = sizes.slice(1).map((fanOut, index) => ({ index, fanIn: sizes[index]!, fanOut }));
  const forward = (parameters: ParameterExprs, x: Expr): Expr =>
    layers.reduce((h, { index, fanIn, fanOut }) => {
      const weight = lookUp(parameters, `${index}.weight`, [fanOut, fanIn]);
      const bias = lookUp(parameters, `${index}.bias`, [fanOut]);
      const z = add(matmul(ntk ? mul(h, 1 / Math.sqrt(fanIn)) : h, transpose(weight)), bias);
      return index < layers.length - 1 ? activations[activation](z) : z;
    }, x);
  return {
    parameters: layers.flatMap(({ index, fanIn, fanOut }) =>
      layerParameters(index, fanIn, fanOut, ntk ? sigma : sigma / Math.sqrt(fanIn)),
    ),
    forward,
    inputShape: [sizes[0]!],
    classes: sizes.at(-1)!,
  };
};

/** The paper's MLP for MNIST, 784-1024-200-100-10 with tanh: P = 1,029,950, S = 8 (arXiv 2312.03885, experiments). */
export const paperMlp = (options: MlpOptions = {}): Model =>
  mlp({ sizes: [784, 1024, 200, 100, 10], activation: 'tanh', ...options });

/** The paper's BigMLP for CIFAR-10, 3072, 20 × 1024, 10 with ELU: P = 23,099,402, S = 42 (arXiv 2312.03885, experiments). */
export const bigMlp = (options: MlpOptions = {}): Model =>
  mlp({ sizes: [3072, ...new Array<number>(20).fill(1024), 10], activation: 'elu', ...options });
