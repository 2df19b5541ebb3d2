/** Autoencoders: an encoder and a decoder of fully connected layers with weights of their own. */

import { GraphError, type OptionNames, requireKnown, sigmoid } from '@hograd/graph-builder';
import { type Activation, activations } from '../activation.js';
import { type Layer, parameterless, sequence } from '../layers/layer.js';
import { linear } from '../layers/linear.js';
import type { Loss, Model } from '../model.js';
import { checkChoice, checkCounts } from './check.js';
import { PAPER_OPTIONS, type PaperOptions, paperModel, paperWeights } from './paper.js';

/** Options of `autoencoder`. */
export interface AutoencoderOptions extends PaperOptions {
  /** Sizes from the input to the code; the decoder mirrors them. Default [784, 1000, 500, 250, 30]. */
  readonly sizes?: readonly number[];
  /** Default sigmoid. */
  readonly activation?: Activation;
  /** Default bernoulliCrossEntropy, for targets in [0, 1]. */
  readonly loss?: Exclude<Loss, 'softmaxCrossEntropy'>;
}

const AUTOENCODER_OPTIONS: OptionNames<AutoencoderOptions> = {
  ...PAPER_OPTIONS,
  sizes: true,
  activation: true,
  loss: true,
};

/**
 * x [N, sizes[0]] to its reconstruction, the activation after every layer but the code's and the last; layers are `encoder.i` and
 * `decoder.i`. The outputs are logits of the reconstruction where the loss is the Bernoulli cross-entropy (which holds the
 * sigmoid), and their sigmoid where it is the mean squared error. The default (Hinton and Salakhutdinov, Science 313, 2006,
 * for MNIST, without their tied pretraining): P = 2,837,314, S = 16. Throws GraphError where an option is unknown or out of its
 * range.
 */
export const autoencoder = (options: AutoencoderOptions = {}): Model => {
  requireKnown('autoencoder', options, AUTOENCODER_OPTIONS);
  const { sizes = [784, 1000, 500, 250, 30], activation = 'sigmoid', loss = 'bernoulliCrossEntropy' } = options;
  if (sizes.length < 2) {
    throw new GraphError('autoencoder', `sizes are [${sizes.join(', ')}]; give the input's size, …, the code's`);
  }
  checkCounts('autoencoder', { sizes });
  checkChoice('autoencoder', 'loss', loss, ['bernoulliCrossEntropy', 'meanSquaredError']);
  const weight = paperWeights('autoencoder', activation, options);
  const active = parameterless(activations[activation]);
  const half = (name: string, widths: readonly number[]): Layer =>
    sequence(
      ...widths
        .slice(1)
        .flatMap((outputs, i) => [
          linear(`${name}.${i}`, { inputs: widths[i]!, outputs, weight }),
          ...(i < widths.length - 2 ? [active] : []),
        ]),
    );
  const reconstruction = loss === 'meanSquaredError' ? [parameterless(sigmoid)] : [];
  const layer = sequence(half('encoder', sizes), half('decoder', [...sizes].reverse()), ...reconstruction);
  return paperModel('autoencoder', layer, options, { inputShape: [sizes[0]!], classes: sizes[0]!, loss });
};
