/** Batches: examples picked by index, as float32 inputs and their targets. */

import type { Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import { type Augmentation, augmented } from './augment.js';
import type { Dataset, Targets } from './dataset.js';
import type { Normalization } from './normalization.js';

export interface Batch<Y extends Targets = Targets> {
  /** Shape [B, …example]. */
  readonly x: Tensor<'float32'>;
  /** Shape [B] (int64 labels) or [B, …] (float32 targets). */
  readonly y: Y;
}

/** Indices of examples: a sampler's, or a plain array. */
export type Indices = ArrayLike<number>;

const checkIndices = (size: number, indices: Indices): void => {
  for (let b = 0; b < indices.length; b++) {
    const index = indices[b]!;
    if (!(Number.isInteger(index) && index >= 0 && index < size)) {
      throw new RangeError(
        `index ${index} (position ${b}) is outside 0 … ${size - 1}; make the sampler with this data set's size`,
      );
    }
  }
};

/** Copies of the rows of a tensor, its first axis being the rows. */
export const takeRows = <T extends Tensor>(tensor: T, indices: Indices): T => {
  const [rows, ...row] = tensor.shape;
  checkIndices(rows!, indices);
  const width = elementCount(row);
  const source = tensor.data;
  const data = new (source.constructor as new (length: number) => typeof source)(indices.length * width);
  for (let b = 0; b < indices.length; b++) {
    const start = indices[b]! * width;
    // `never` because the compiler cannot see that both arrays have one type, so that bigints never meet numbers.
    data.set(source.subarray(start, start + width) as never, b * width);
  }
  return { ...tensor, shape: [indices.length, ...row], data };
};

/** What each byte stands for in a channel, so that converting an image is a look-up a pixel. */
const valuesOfBytes = (mean: number, std: number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean) / std);

const IDENTITY: Normalization = { mean: [0], std: [1] };

/** Calls `visit` for each stretch of one channel in rows of `width` elements. */
const eachChannel = (
  length: number,
  width: number,
  channels: number,
  visit: (channel: number, start: number, end: number) => void,
): void => {
  const run = width / channels;
  for (let start = 0, channel = 0; start < length; start += run, channel = (channel + 1) % channels) {
    visit(channel, start, start + run);
  }
};

const convertedBytes = (bytes: Uint8Array, width: number, { mean, std }: Normalization): Float32Array => {
  const values = new Float32Array(bytes.length);
  const tables = mean.map((m, c) => valuesOfBytes(m, std[c]!));
  eachChannel(bytes.length, width, mean.length, (channel, start, end) => {
    const table = tables[channel]!;
    for (let i = start; i < end; i++) values[i] = table[bytes[i]!]!;
  });
  return values;
};

const convertedFloats = (floats: Float32Array, width: number, { mean, std }: Normalization): Float32Array => {
  const values = new Float32Array(floats.length);
  eachChannel(floats.length, width, mean.length, (channel, start, end) => {
    const [m, s] = [mean[channel]!, std[channel]!];
    for (let i = start; i < end; i++) values[i] = (floats[i]! - m) / s;
  });
  return values;
};

/** Stored rows as normalised float32 ones. */
const converted = (
  rows: Tensor<'uint8'> | Tensor<'float32'>,
  normalization: Normalization | undefined,
): Tensor<'float32'> => {
  const { shape } = rows;
  const width = elementCount(shape.slice(1));
  if (rows.dtype === 'uint8') {
    return { dtype: 'float32', shape, data: convertedBytes(rows.data, width, normalization ?? IDENTITY) };
  }
  return normalization ? { ...rows, data: convertedFloats(rows.data, width, normalization) } : rows;
};

/**
 * The examples at `indices` (repeats allowed), in fresh arrays: inputs converted to float32 and normalised, augmented
 * first if asked.
 *
 * Throws RangeError for an index outside the data set, or an augmentation whose image is not the examples' shape.
 */
export const takeBatch = <Y extends Targets>(
  dataset: Dataset<Y>,
  indices: Indices,
  augmentation?: Augmentation,
): Batch<Y> => {
  const rows = takeRows(dataset.inputs, indices);
  const images = augmentation === undefined ? rows : augmented(augmentation)(rows);
  return { x: converted(images, dataset.normalization), y: takeRows(dataset.targets, indices) };
};

/** A data set of the examples at `indices`, copied. Throws RangeError for an index outside the data set. */
export const subset = <Y extends Targets>(dataset: Dataset<Y>, indices: Indices): Dataset<Y> => ({
  ...dataset,
  inputs: takeRows(dataset.inputs, indices),
  targets: takeRows(dataset.targets, indices),
});
