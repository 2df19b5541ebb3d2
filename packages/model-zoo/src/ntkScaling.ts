/** The parameterisation of the neural tangent kernel, for any model. */

import { mul } from '@hograd/graph-builder';
import { scaled } from './initializers/initializer.js';
import { parameterNamed } from './layers/layer.js';
import type { Model } from './model.js';

/**
 * The model with every weight divided by √fan_in where it is used and multiplied by it where it starts, so that weights of
 * N(0, σ²/fan_in) become N(0, σ²) (Jacot et al., arXiv 1806.07572; dividing the layer's input, as in the scripts of
 * arXiv 2312.03885, is the same product). Biases, normalisations and embeddings stay as they are. Both compute the same
 * function of the same random numbers at the start; their gradients differ in scale.
 */
export const ntkScaling = (model: Model): Model => {
  const weights = model.parameters.filter(({ kind }) => kind === 'weight');
  return {
    ...model,
    parameters: model.parameters.map((parameter) =>
      parameter.kind === 'weight'
        ? { ...parameter, initializer: scaled(Math.sqrt(parameter.fanIn))(parameter.initializer) }
        : parameter,
    ),
    forward: (parameters, x) => {
      const divided = weights.map((weight) => [
        weight.name,
        mul(parameterNamed(parameters, weight), 1 / Math.sqrt(weight.fanIn)),
      ]);
      return model.forward({ ...parameters, ...Object.fromEntries(divided) }, x);
    },
  };
};
