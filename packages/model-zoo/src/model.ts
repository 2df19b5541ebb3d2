/** A model: what its parameters are, and how they turn an input into outputs. */

import type { Expr } from '@hograd/graph-builder';

export interface ParameterSpec {
  /** `0.weight`, `0.bias`, `1.weight`, …: the layer's index and PyTorch's name. */
  readonly name: string;
  /** PyTorch's layout: a linear layer's weight is [out, in], its bias [out]. */
  readonly shape: readonly number[];
  readonly kind: 'weight' | 'bias';
  /** How many inputs one output of the layer reads. */
  readonly fanIn: number;
  /** Standard deviation of the initial values; 0 where they are all zero. */
  readonly deviation: number;
}

/** Expressions of a model's parameters by name. */
export type ParameterExprs = Readonly<Record<string, Expr>>;

export interface Model {
  /** In the order of the layers, each weight before its bias. */
  readonly parameters: readonly ParameterSpec[];
  /** Logits [N, classes] of inputs [N, …inputShape]. Throws GraphError where a parameter is missing or shapes do not fit. */
  readonly forward: (parameters: ParameterExprs, x: Expr) => Expr;
  /** Shape of one example, without the batch. */
  readonly inputShape: readonly number[];
  readonly classes: number;
}

/** P: how many numbers the parameters hold. */
export const parameterCount = (model: Model): number =>
  model.parameters.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
