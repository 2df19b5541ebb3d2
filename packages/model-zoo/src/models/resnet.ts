/** ResNet-18: residual blocks of two 3×3 convolutions, with batch normalisation. */

import { type OptionNames, relu, requireKnown } from '@hograd/graph-builder';
import { pytorchDefault } from '../initializers/pytorch.js';
import { heNormal } from '../initializers/variance.js';
import { convolution } from '../layers/convolution.js';
import { type Layer, parameterless, residual, sequence } from '../layers/layer.js';
import { linear } from '../layers/linear.js';
import { batchNormalization } from '../layers/normalization.js';
import { maxPool, spatialMean } from '../layers/pooling.js';
import type { Model } from '../model.js';
import { checkChoice, checkCounts, imageShape } from './check.js';

/** Options of `resnet18`. */
export interface ResnetOptions {
  /**
   * The first layers: `imagenet` (default) is a 7×7 convolution of stride 2 and a 3×3 maximum of stride 2, for 224 × 224;
   * `cifar` is a 3×3 convolution of stride 1, for 32 × 32.
   */
  readonly stem?: 'imagenet' | 'cifar';
  /** [channels, height, width]; default [3, 224, 224] or, with the stem for CIFAR, [3, 32, 32]. */
  readonly inputShape?: readonly number[];
  /** Default 1000 or, with the stem for CIFAR, 10. */
  readonly classes?: number;
  /** Channels of the four stages; default [64, 128, 256, 512]. */
  readonly widths?: readonly [number, number, number, number];
}

const RESNET_OPTIONS: OptionNames<ResnetOptions> = { stem: true, inputShape: true, classes: true, widths: true };

const BLOCKS_IN_STAGE = 2;
const active = parameterless(relu);
const weight = heNormal({ fan: 'out' });

const normalizedConvolution = (
  names: { readonly convolution: string; readonly normalization: string },
  options: { readonly inputs: number; readonly outputs: number; readonly kernel: number; readonly stride: number },
): Layer =>
  sequence(
    // The normalisation that follows takes any bias away again.
    convolution(names.convolution, { ...options, padding: (options.kernel - 1) / 2, weight, bias: false }),
    batchNormalization(names.normalization, options.outputs),
  );

const basicBlock = (name: string, inputs: number, outputs: number, stride: number): Layer => {
  const convolved = (index: number, from: number, step: number): Layer =>
    normalizedConvolution(
      { convolution: `${name}.conv${index}`, normalization: `${name}.bn${index}` },
      { inputs: from, outputs, kernel: 3, stride: step },
    );
  const shortcut =
    stride === 1 && inputs === outputs
      ? sequence()
      : normalizedConvolution(
          { convolution: `${name}.downsample.0`, normalization: `${name}.downsample.1` },
          { inputs, outputs, kernel: 1, stride },
        );
  return sequence(residual(sequence(convolved(1, inputs, stride), active, convolved(2, outputs, 1)), shortcut), active);
};

/**
 * ResNet-18 (He et al., CVPR 2016, table 1) with the names, shapes and initial values' distributions of torchvision's: kernels
 * N(0, 2/fan_out), the fully connected layer as PyTorch's default. P = 11,689,512 for ImageNet, 11,173,962 with the stem for
 * CIFAR; S = 62. Batch normalisation is in its training form: each batch is normalised by its own statistics and no running
 * averages are kept, so an example's outputs depend on its batch. Throws GraphError where an option is unknown or out
 * of its range.
 */
export const resnet18 = (options: ResnetOptions = {}): Model => {
  requireKnown('resnet18', options, RESNET_OPTIONS);
  const {
    stem = 'imagenet',
    inputShape = stem === 'imagenet' ? [3, 224, 224] : [3, 32, 32],
    classes = stem === 'imagenet' ? 1000 : 10,
    widths = [64, 128, 256, 512],
  } = options;
  checkChoice('resnet18', 'stem', stem, ['imagenet', 'cifar']);
  const [inputs] = imageShape('resnet18', inputShape);
  checkCounts('resnet18', { classes, widths });
  const names = { convolution: 'conv1', normalization: 'bn1' };
  const outputs = widths[0];
  const first =
    stem === 'imagenet'
      ? [normalizedConvolution(names, { inputs, outputs, kernel: 7, stride: 2 }), active, maxPool(3, 2, 1)]
      : [normalizedConvolution(names, { inputs, outputs, kernel: 3, stride: 1 }), active];
  const stages = widths.flatMap((width, stage) =>
    Array.from({ length: BLOCKS_IN_STAGE }, (_, block) =>
      basicBlock(
        `layer${stage + 1}.${block}`,
        block === 0 ? widths[Math.max(stage - 1, 0)]! : width,
        width,
        block === 0 && stage > 0 ? 2 : 1,
      ),
    ),
  );
  const layer = sequence(
    ...first,
    ...stages,
    spatialMean,
    linear('fc', { inputs: widths[3], outputs: classes, weight: pytorchDefault, bias: pytorchDefault }),
  );
  return { ...layer, inputShape, inputType: 'float', classes, loss: 'softmaxCrossEntropy' };
};
