/** Synthetic handwritten digits: the embedded data set, drawn from a seed. */

import type { OptionNames, Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { DatasetPair, LabelledDataset, OnlyX } from '../dataset/dataset.js';
import { checkLayout, inLayout, type Layout } from '../dataset/layout.js';
import type { Normalization } from '../dataset/normalization.js';
import { type DataError, invalidOption, invalidSeed } from '../errors.js';
import { checkKnown } from '../options.js';
import { type Generator, generatorAt, type RandomKey } from '../random/key.js';
import { normalFrom } from '../random/normal.js';
import { permutation } from '../random/permutation.js';
import { type Distortion, randomAffine, randomElastic } from './distortion.js';
import { GLYPHS, type Glyph, type Stroke } from './glyphs.js';
import { polyline } from './pen.js';
import { drawSegment, type PenPoint } from './raster.js';

const CLASSES = GLYPHS.length;
const SIDE = 28;
/** Blank border on each side, in pixels, around the square the digit is written in. */
const MARGIN = 4;
/** Deviation of the points of a glyph, as a fraction of its height. */
const UNSTEADINESS = 0.016;
const ELASTICITY = 0.09;

/** Mean and standard deviation of the images, measured over 60,000 of them. */
export const DIGITS_NORMALIZATION: Normalization = { mean: [0.1101], std: [0.2439] };

/** The hand is unsteady: every mark moves a little. */
const unsteady = (generator: Generator, stroke: Stroke): Stroke =>
  stroke.map(({ x, y, corner }) => ({
    x: x + UNSTEADINESS * normalFrom(generator),
    y: y + UNSTEADINESS * normalFrom(generator),
    corner,
  }));

/** Pixels from fractions of the square that a digit is written in. */
const pixelsOf = (fraction: number): number => MARGIN - 0.5 + (SIDE - 2 * MARGIN) * fraction;

/** The pen's path over a stroke in pixels, pressing harder at one end than at the other. */
const penPath = (generator: Generator, stroke: Stroke, place: Distortion, radius: number): readonly PenPoint[] => {
  const begin = radius * (0.75 + 0.5 * uniformFloat64(generator));
  const end = radius * (0.75 + 0.5 * uniformFloat64(generator));
  const points = polyline(unsteady(generator, stroke));
  return points.map((point, i) => {
    const [x, y] = place(point);
    return { x: pixelsOf(x), y: pixelsOf(y), radius: begin + ((end - begin) * i) / points.length };
  });
};

const write = (generator: Generator, glyph: Glyph): Float64Array => {
  const affine = randomAffine(generator);
  const elastic = randomElastic(generator, ELASTICITY);
  const radius = 0.6 + 1.1 * uniformFloat64(generator);
  const softness = 1 + 0.6 * uniformFloat64(generator);
  const image = new Float64Array(SIDE * SIDE);
  for (const stroke of glyph) {
    const path = penPath(generator, stroke, (point) => elastic(affine(point)), radius);
    for (let i = 0; i + 1 < path.length; i++) drawSegment(image, SIDE, path[i]!, path[i + 1]!, softness);
  }
  return image;
};

/** Ink of varying darkness and paper grain, in bytes. */
const develop = (generator: Generator, image: Float64Array, bytes: Uint8Array): void => {
  const ink = 255 * (0.75 + 0.25 * uniformFloat64(generator));
  const grain = 0.16 * uniformFloat64(generator);
  for (let pixel = 0; pixel < bytes.length; pixel++) {
    const random = generator.next();
    // Two bytes of one draw: their sum less 255 has a triangular distribution about 0.
    const noise = ((random >>> 24) + ((random >>> 16) & 255) - 255) * grain;
    bytes[pixel] = Math.min(Math.max(Math.floor(ink * image[pixel]! + noise + 0.5), 0), 255);
  }
};

/** Draws one digit into 28 × 28 bytes, as a function of the key. */
const drawDigit = (key: RandomKey, digit: number, bytes: Uint8Array): void => {
  const generator = generatorAt(key);
  const variants = GLYPHS[digit]!;
  develop(generator, write(generator, variants[uniformInt(generator, 0, variants.length - 1)]!), bytes);
};

const digits = (key: RandomKey, size: number): { images: Tensor<'uint8'>; labels: Tensor<'int64'> } => {
  const pixels = new Uint8Array(size * SIDE * SIDE);
  const labels = new BigInt64Array(size);
  for (let start = 0; start < size; start += CLASSES) {
    // Every ten images hold each digit once, so any run of them is balanced.
    const order = permutation([...key, 'labels', start], CLASSES);
    for (let i = start; i < Math.min(start + CLASSES, size); i++) {
      const digit = order[i - start]!;
      labels[i] = BigInt(digit);
      drawDigit([...key, 'image', i], digit, pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
    }
  }
  return {
    images: { dtype: 'uint8', shape: [size, 1, SIDE, SIDE], data: pixels },
    labels: { dtype: 'int64', shape: [size], data: labels },
  };
};

/** Options of `syntheticDigits`. */
export interface DigitsOptions {
  /** Any safe integer (a whole number between −2⁵³ and 2⁵³), default 0. */
  readonly seed?: number | undefined;
  /** Number of training images, default 10,000. */
  readonly train?: number | undefined;
  /** Number of test images, default 2,000. */
  readonly test?: number | undefined;
  /** Default `flat`. */
  readonly layout?: Layout | undefined;
  /** Normalise by `DIGITS_NORMALIZATION` (default), or leave grey values in [0, 1]. */
  readonly normalize?: boolean | undefined;
}

const DIGITS_OPTIONS: OptionNames<DigitsOptions> = {
  seed: true,
  train: true,
  test: true,
  layout: true,
  normalize: true,
};

/**
 * Images of 28 × 28 grey values, white digits on black like MNIST's, with their labels: strokes of several handwritings
 * per digit, with unsteady points, random rotation, slant, size and position, smooth elastic distortion, pen width, ink
 * and grain.
 *
 * The same seed gives the same bytes on every machine, whatever the counts (image i does not depend on them); training
 * and test images are independent; digits are balanced to within one. Fails with InvalidOption for counts that are not
 * whole numbers from 1, for a seed that is not a safe integer, for another layout and for an unknown option.
 */
export const syntheticDigits = (
  options: DigitsOptions = {},
): E.Either<DataError, DatasetPair<Tensor<'int64'>, OnlyX>> => {
  const unknown = checkKnown(options, DIGITS_OPTIONS);
  if (unknown) return E.left(unknown);
  const { seed = 0, train = 10_000, test = 2_000, layout = 'flat', normalize = true } = options;
  const wrong = Object.entries({ train, test }).find(([, count]) => !(Number.isInteger(count) && count >= 1));
  if (wrong) return E.left(invalidOption(wrong[0], `${wrong[0]} is ${wrong[1]}; give a whole number of images from 1`));
  if (!Number.isSafeInteger(seed)) return E.left(invalidSeed(seed));
  const wrongLayout = checkLayout(layout);
  if (wrongLayout) return E.left(wrongLayout);
  const draw = (part: string, size: number): LabelledDataset => {
    const { images, labels } = digits([seed, 'digits', part], size);
    return {
      inputs: { x: inLayout(layout)(images) },
      targets: labels,
      classes: CLASSES,
      normalization: normalize ? DIGITS_NORMALIZATION : undefined,
    };
  };
  return E.right({ train: draw('train', train), test: draw('test', test) });
};
