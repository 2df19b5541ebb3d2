/** A model: what its parameters are, and how they turn an input into outputs. */

import { type Expr, elementCount } from '@hograd/graph-builder';
import type { Initializer } from './initializers/initializer.js';

/** What a parameter is in its layer: `scale` and `shift` are a normalisation's, `embedding` a table of vectors. */
export type ParameterKind = 'weight' | 'bias' | 'scale' | 'shift' | 'embedding';

/** A parameter: its name, shape, place in its layer, and how it begins. */
export interface ParameterSpec {
  /** The layer's name and PyTorch's name of the tensor: `0.weight`, `conv1.bias`, `h.0.ln_1.weight`. Unique in a model. */
  readonly name: string;
  /** PyTorch's layout: a linear layer's weight is [out, in], a convolution's [out, in, height, width], a bias [out]. */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  /** How many inputs one output of the layer reads: in, or in·height·width; 1 for normalisations and embeddings. */
  readonly fanIn: number;
  /** How many outputs one input of the layer reaches, borders and strides left aside: out, or out·height·width. */
  readonly fanOut: number;
  /** The initial values that the model was described with; `initialize` can be given others. */
  readonly initializer: Initializer;
}

/** Expressions of a model's parameters by name. */
export type ParameterExprs = Readonly<Record<string, Expr>>;

/** How outputs are compared with targets: see `lossGraph`. */
export type Loss = 'softmaxCrossEntropy' | 'meanSquaredError' | 'bernoulliCrossEntropy';

/** A model as a value: parameters, forward pass, and the loss that it is made for. */
export interface Model {
  /** In the order of the layers, each weight before its bias. */
  readonly parameters: readonly ParameterSpec[];
  /**
   * Outputs [N, …, classes] of inputs [N, …inputShape]: logits where the loss is a cross-entropy. Throws GraphError where a
   * parameter is missing or shapes do not fit.
   */
  readonly forward: (parameters: ParameterExprs, x: Expr) => Expr;
  /** Shape of one example, without the batch. */
  readonly inputShape: readonly number[];
  /** Inputs are numbers of the parameters' type, or int64 indices of tokens. */
  readonly inputType: 'float' | 'int64';
  /** Length of the outputs' last axis: classes, tokens of the vocabulary, or what an autoencoder reconstructs. */
  readonly classes: number;
  /** The loss that the model is made for. */
  readonly loss: Loss;
}

/** P: how many numbers the parameters hold. */
export const parameterCount = (model: Pick<Model, 'parameters'>): number =>
  model.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
