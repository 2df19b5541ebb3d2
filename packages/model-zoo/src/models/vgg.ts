/** VGG networks with one fully connected layer and no batch normalisation: VGG-11′ of the paper. */

import { GraphError, type OptionNames, requireKnown } from '@hograd/graph-builder';
import { type Activation, activations } from '../activation.js';
import { convolution } from '../layers/convolution.js';
import { type Layer, parameterless, sequence } from '../layers/layer.js';
import { linear } from '../layers/linear.js';
import { maxPool, spatialMean } from '../layers/pooling.js';
import type { Model } from '../model.js';
import { checkCounts, imageShape } from './check.js';
import { PAPER_OPTIONS, type PaperOptions, paperModel, paperWeights } from './paper.js';

/** Options of `vgg11`. */
export interface VggOptions extends PaperOptions {
  /** [channels, height, width]; default [3, 32, 32]. */
  readonly inputShape?: readonly number[];
  /** Default 10. */
  readonly classes?: number;
  /** Default ELU. */
  readonly activation?: Activation;
  /** Output channels of each 3×3 convolution, and `M` for each 2×2 maximum. Default: VGG-11's. */
  readonly plan?: readonly (number | 'M')[];
}

const VGG_OPTIONS: OptionNames<VggOptions> = {
  ...PAPER_OPTIONS,
  inputShape: true,
  classes: true,
  activation: true,
  plan: true,
};

const VGG11 = [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'] as const;

/**
 * 3×3 convolutions `conv1`, `conv2`, … with padding 1 and the activation after each, maxima between them, the mean over what
 * is left of the image, and one fully connected layer `fc`. As the default, for CIFAR-10 (arXiv 2312.03885, experiments;
 * after Simonyan and Zisserman, arXiv 1409.1556, configuration A): P = 9,225,610, S = 18. Throws GraphError where the image is
 * too small for the plan or an option is unknown or out of its range.
 */
export const vgg11 = (options: VggOptions = {}): Model => {
  requireKnown('vgg11', options, VGG_OPTIONS);
  const { inputShape = [3, 32, 32], classes = 10, activation = 'elu', plan = VGG11 } = options;
  const [inputs, height, width] = imageShape('vgg11', inputShape);
  const channels = plan.filter((step) => step !== 'M');
  checkCounts('vgg11', { classes, plan: channels });
  const smallest = 2 ** (plan.length - channels.length);
  if (channels.length === 0) throw new GraphError('vgg11', 'plan holds no convolution; give output channels');
  if (Math.min(height, width) < smallest) {
    throw new GraphError(
      'vgg11',
      `inputShape is [${inputShape.join(', ')}]; images must be at least ${smallest} × ${smallest}`,
    );
  }
  const weight = paperWeights('vgg11', activation, options);
  const convolutions = channels.map((outputs, i) =>
    sequence(
      convolution(`conv${i + 1}`, { inputs: channels[i - 1] ?? inputs, outputs, kernel: 3, padding: 1, weight }),
      parameterless(activations[activation]),
    ),
  );
  const features = plan.map((step, at): Layer => {
    const index = plan.slice(0, at).filter((earlier) => earlier !== 'M').length;
    return step === 'M' ? maxPool(2) : convolutions[index]!;
  });
  const layer = sequence(
    ...features,
    spatialMean,
    linear('fc', { inputs: channels.at(-1)!, outputs: classes, weight }),
  );
  return paperModel('vgg11', layer, options, { inputShape, classes });
};
