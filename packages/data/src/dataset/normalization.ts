/** Normalisation: (value − mean)/std, channel by channel. */

import { elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { type DataError, invalidOption, shapeMismatch } from '../errors.js';

/**
 * One mean and one standard deviation a channel. An example's channels are equal consecutive runs of its elements, as
 * in [C, H, W] or the same flattened. In units of the values the inputs stand for, so of [0, 1] for images.
 */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** MNIST's customary mean and standard deviation over the 60,000 training images. */
export const MNIST_NORMALIZATION: Normalization = { mean: [0.1307], std: [0.3081] };

/** CIFAR-10's customary channel means and deviations (red, green, blue), those of arXiv 2312.03885's experiments. */
export const CIFAR10_NORMALIZATION: Normalization = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
};

/**
 * Channels that an example of this shape can be cut into, and deviations above zero; ShapeMismatch or InvalidOption
 * otherwise.
 */
export const checkNormalization =
  (shape: readonly number[]) =>
  (normalization: Normalization | undefined): E.Either<DataError, void> => {
    if (normalization === undefined) return E.right(undefined);
    const { mean, std } = normalization;
    if (mean.length === 0 || mean.length !== std.length || elementCount(shape) % mean.length !== 0) {
      const counts = `${mean.length} means and ${std.length} deviations`;
      const message = `a normalisation with ${counts} does not fit examples of shape [${shape.join(', ')}]`;
      return E.left(shapeMismatch(`${message}; give one of each a channel`));
    }
    const channel = mean.findIndex((m, c) => !(Number.isFinite(m) && Number.isFinite(std[c]) && std[c]! > 0));
    if (channel < 0) return E.right(undefined);
    const found = `mean ${mean[channel]} and deviation ${std[channel]}`;
    const message = `channel ${channel} has ${found}; give finite numbers, the deviation above 0`;
    return E.left(invalidOption('normalization', message));
  };
