/** Activation functions by name, and the weights' scale that suits each. */

import { type Expr, elu, relu, sigmoid, tanh } from '@hograd/graph-builder';

/** The activations by name. */
export type Activation = 'tanh' | 'elu' | 'relu' | 'sigmoid';

export const activations: Readonly<Record<Activation, (x: Expr) => Expr>> = {
  tanh,
  elu: (x) => elu(x),
  relu,
  sigmoid,
};

/**
 * σ_w that keeps the activations' scale through the layers: 1 for tanh and √2 for ELU as in arXiv 2312.03885; √2 for ReLU (He et al.,
 * ICCV 2015); 1 for the sigmoid.
 */
export const defaultSigma: Readonly<Record<Activation, number>> = {
  tanh: 1,
  elu: Math.SQRT2,
  relu: Math.SQRT2,
  sigmoid: 1,
};
