/** Weights whose variance is a function of the layer's fans: the schemes of LeCun, Glorot and He. */

import { type OptionNames, requireKnown } from '@hograd/graph-builder';
import type { ParameterSpec } from '../model.js';
import { checkChoice, checkSize } from '../models/check.js';
import { normal, uniform } from './distributions.js';
import type { Initializer } from './initializer.js';

type Deviation = (parameter: ParameterSpec) => number;

const drawn =
  (distribution: 'normal' | 'uniform', deviation: Deviation): Initializer =>
  (parameter, key) => {
    const sigma = deviation(parameter);
    // A uniform variable on [−b, b) has variance b²/3.
    return (distribution === 'normal' ? normal(sigma) : uniform(Math.sqrt(3) * sigma))(parameter, key);
  };

/**
 * N(0, gain²/fan_in), which keeps the scale of the activations (LeCun et al., Efficient BackProp, 1998). With gain σ_w the
 * initial weights of arXiv 2312.03885 (experiments). Throws GraphError for a gain that is negative or not finite.
 */
export const fanInNormal = (gain = 1): Initializer => {
  checkSize('fanInNormal', 'gain', gain);
  return drawn('normal', ({ fanIn }) => gain / Math.sqrt(fanIn));
};

const glorot = (name: string, gain: number): Deviation => {
  checkSize(name, 'gain', gain);
  return ({ fanIn, fanOut }) => gain * Math.sqrt(2 / (fanIn + fanOut));
};

/** N(0, 2·gain²/(fan_in + fan_out)) (Glorot and Bengio, AISTATS 2010). Throws GraphError for a gain that is negative or not finite. */
export const glorotNormal = (gain = 1): Initializer => drawn('normal', glorot('glorotNormal', gain));
/** The same variance, uniform: bound gain·√(6/(fan_in + fan_out)) (their equation 16). Throws likewise. */
export const glorotUniform = (gain = 1): Initializer => drawn('uniform', glorot('glorotUniform', gain));

export interface HeOptions {
  /** Keep the scale of the activations (`in`, default) or of the gradients (`out`). */
  readonly fan?: 'in' | 'out';
}

const HE_OPTIONS: OptionNames<HeOptions> = { fan: true };

const he = (name: string, options: HeOptions): Deviation => {
  requireKnown(name, options, HE_OPTIONS);
  const { fan = 'in' } = options;
  checkChoice(name, 'fan', fan, ['in', 'out']);
  return ({ fanIn, fanOut }) => Math.sqrt(2 / (fan === 'in' ? fanIn : fanOut));
};

/** N(0, 2/fan), for ReLU (He et al., ICCV 2015, equations 10 and 14). Throws GraphError for another fan or option. */
export const heNormal = (options: HeOptions = {}): Initializer => drawn('normal', he('heNormal', options));
/** The same variance, uniform: bound √(6/fan). Throws likewise. */
export const heUniform = (options: HeOptions = {}): Initializer => drawn('uniform', he('heUniform', options));
