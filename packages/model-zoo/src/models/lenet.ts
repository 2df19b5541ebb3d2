/** LeNet-5 as the paper has it: two convolutions with pooling, three fully connected layers. */

import { GraphError, type OptionNames, requireKnown } from '@hograd/graph-builder';
import { type Activation, activations } from '../activation.js';
import { convolution } from '../layers/convolution.js';
import { parameterless, sequence } from '../layers/layer.js';
import { linear } from '../layers/linear.js';
import { flatten, maxPool } from '../layers/pooling.js';
import type { Model } from '../model.js';
import { checkCounts, imageShape } from './check.js';
import { PAPER_OPTIONS, type PaperOptions, paperModel, paperWeights } from './paper.js';

/** Options of `lenet`. */
export interface LenetOptions extends PaperOptions {
  /** [channels, height, width]; default [3, 32, 32]. */
  readonly inputShape?: readonly number[];
  /** Default 10. */
  readonly classes?: number;
  /** Default tanh. */
  readonly activation?: Activation;
  /** Output channels of the two convolutions; default [6, 16]. */
  readonly channels?: readonly [number, number];
  /** Sides of their kernels; default [5, 5]. */
  readonly kernels?: readonly [number, number];
  /** Outputs of the first two fully connected layers; default [120, 84]. */
  readonly hidden?: readonly [number, number];
}

const LENET_OPTIONS: OptionNames<LenetOptions> = {
  ...PAPER_OPTIONS,
  inputShape: true,
  classes: true,
  activation: true,
  channels: true,
  kernels: true,
  hidden: true,
};

/**
 * Convolution, activation and 2×2 maximum, twice, without padding; then fully connected layers `fc1`, `fc2`, `fc3`. As the
 * default, for CIFAR-10 (arXiv 2312.03885, experiments; after LeCun et al., Proc. IEEE 86, 1998): P = 62,006, S = 10. Throws
 * GraphError where the image is too small for the kernels or an option is unknown or out of its range.
 */
export const lenet = (options: LenetOptions = {}): Model => {
  requireKnown('lenet', options, LENET_OPTIONS);
  const {
    inputShape = [3, 32, 32],
    classes = 10,
    activation = 'tanh',
    channels = [6, 16],
    kernels = [5, 5],
    hidden = [120, 84],
  } = options;
  const [inputs, height, width] = imageShape('lenet', inputShape);
  checkCounts('lenet', { classes, channels, kernels, hidden });
  const [h, w] = [height, width].map((length) =>
    kernels.reduce((left, kernel) => Math.floor((left - kernel + 1) / 2), length),
  ) as [number, number];
  if (h < 1 || w < 1) {
    const smallest = kernels.reduceRight((size, kernel) => 2 * size + kernel - 1, 1);
    throw new GraphError(
      'lenet',
      `inputShape is [${inputShape.join(', ')}]; images must be at least ${smallest} × ${smallest}`,
    );
  }
  const weight = paperWeights('lenet', activation, options);
  const active = parameterless(activations[activation]);
  const layer = sequence(
    convolution('conv1', { inputs, outputs: channels[0], kernel: kernels[0], weight }),
    active,
    maxPool(2),
    convolution('conv2', { inputs: channels[0], outputs: channels[1], kernel: kernels[1], weight }),
    active,
    maxPool(2),
    flatten,
    linear('fc1', { inputs: channels[1] * h * w, outputs: hidden[0], weight }),
    active,
    linear('fc2', { inputs: hidden[0], outputs: hidden[1], weight }),
    active,
    linear('fc3', { inputs: hidden[1], outputs: classes, weight }),
  );
  return paperModel('lenet', layer, options, { inputShape, classes });
};
