/** What the models of arXiv 2312.03885 share: their initial weights, and the choice of parameterisation. */

import { GraphError, type OptionNames } from '@hograd/graph-builder';
import { type Activation, activations, defaultSigma } from '../activation.js';
import type { Initializer } from '../initializers/initializer.js';
import { fanInNormal } from '../initializers/variance.js';
import type { Layer } from '../layers/layer.js';
import type { Loss, Model } from '../model.js';
import { ntkScaling } from '../ntkScaling.js';
import { checkChoice } from './check.js';

/** What the models of the paper can be built with. */
export interface PaperOptions {
  /** σ_w, positive: the scale of the weights. Default: 1 with tanh and sigmoid, √2 with ELU and ReLU. */
  readonly sigma?: number;
  /** Where 1/√fan_in goes: into the initial weights, N(0, σ_w²/fan_in) (`standard`, default), or as `ntkScaling` says. */
  readonly scaling?: 'standard' | 'ntk';
}

export const PAPER_OPTIONS: OptionNames<PaperOptions> = { sigma: true, scaling: true };

/** N(0, σ_w²/fan_in). Throws GraphError unless there is such an activation and σ_w is positive and finite. */
export const paperWeights = (
  model: string,
  activation: Activation,
  { sigma = defaultSigma[activation] }: PaperOptions,
): Initializer => {
  checkChoice(model, 'activation', activation, Object.keys(activations));
  if (!(sigma > 0 && sigma < Infinity)) {
    throw new GraphError('initial weights', `sigma is ${sigma}; it must be a positive number`);
  }
  return fanInNormal(sigma);
};

/**
 * A layer as a model of floats, a classifier unless another loss is given, in the parameterisation asked for. Throws
 * GraphError unless there is such a parameterisation.
 */
export const paperModel = (
  model: string,
  layer: Layer,
  { scaling = 'standard' }: PaperOptions,
  description: Pick<Model, 'inputShape' | 'classes'> & { readonly loss?: Loss },
): Model => {
  checkChoice(model, 'scaling', scaling, ['standard', 'ntk']);
  const standard: Model = { ...layer, inputType: 'float', loss: 'softmaxCrossEntropy', ...description };
  return scaling === 'ntk' ? ntkScaling(standard) : standard;
};
