/** Augmentation of images: random shifts (crops of the padded image) and horizontal flips. */

import type { OptionNames, Tensor } from '@hograd/graph-builder';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { zerosOf } from '../formats/elements.js';
import { checkKnown } from '../options.js';
import { generatorAt, type RandomKey } from '../random/key.js';

/** How images are changed at random as a batch is taken. */
export interface Augmentation {
  /** Channels, height and width of an image; the examples may be stored flat. */
  readonly image: readonly [channels: number, height: number, width: number];
  /** Pad each side with this many zeros (black) and crop back at random, so shift by −padding … padding. Default 0. */
  readonly padding?: number;
  /** Mirror each image left to right with probability ½. Default false. */
  readonly flip?: boolean;
  /** Decides every shift and flip, so give each batch its own, say `[seed, 'augment', epoch, position]`. */
  readonly key: RandomKey;
}

const AUGMENTATION: OptionNames<Augmentation> = { image: true, padding: true, flip: true, key: true };

type Images = Tensor<'uint8'> | Tensor<'float32'>;

/** Throws RangeError for an unknown option, where the images are not of the stated shape or the padding is not a whole number from 0. */
export const augmented =
  (augmentation: Augmentation) =>
  (images: Images): Images => {
    const unknown = checkKnown(augmentation, AUGMENTATION);
    if (unknown) throw new RangeError(unknown.message);
    const {
      image: [channels, height, width],
      padding = 0,
      flip = false,
      key,
    } = augmentation;
    const { dtype, shape, data } = images;
    const size = channels * height * width;
    const whole = [channels, height, width].every((extent) => Number.isInteger(extent) && extent > 0);
    if (!whole || data.length !== shape[0]! * size) {
      throw new RangeError(
        `examples of shape [${shape.slice(1).join(', ')}] are not images [${channels}, ${height}, ${width}]`,
      );
    }
    if (!(Number.isInteger(padding) && padding >= 0))
      throw new RangeError(`padding is ${padding}; give a whole number from 0`);
    const generator = generatorAt(key);
    const result = zerosOf(dtype, data.length);
    for (let start = 0; start < data.length; start += size) {
      const down = uniformInt(generator, -padding, padding);
      const right = uniformInt(generator, -padding, padding);
      const mirrored = flip && uniformInt(generator, 0, 1) === 1;
      for (let channel = 0; channel < channels; channel++) {
        const plane = start + channel * height * width;
        for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
          for (let x = Math.max(0, -right); x < Math.min(width, width - right); x++) {
            const to = mirrored ? width - 1 - x : x;
            result[plane + y * width + to] = data[plane + (y + down) * width + x + right]!;
          }
        }
      }
    }
    return { dtype, shape, data: result } as Images;
  };
