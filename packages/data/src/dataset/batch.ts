/** Batches: examples picked by index, `x` as float32, other inputs as they are, and their targets. */

import type { Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import { type Augmentation, augmented } from './augment.js';
import { type Dataset, type Inputs, inputText, TARGETS, type Targets } from './dataset.js';
import type { Normalization } from './normalization.js';

/**
 * B examples: each input by its name, of shape [B, …example], and `y`, of shape [B] or [B, …] (int64 labels) or [B, …] (float32 targets), which a
 * data set without targets has none of.
 */
export type Batch<Y extends Targets | undefined = Targets | undefined, X extends Inputs = Inputs> = {
  readonly [Name in keyof X]: Name extends 'x' ? Tensor<'float32'> : X[Name];
} & ([Y] extends [Targets] ? { readonly y: Y } : { readonly y?: NonNullable<Y> });

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

/** Copies of the rows of a tensor, its first axis being the rows, at `indices` (repeats allowed). Throws RangeError for an index outside. */
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

const takenRows = (inputs: Inputs, indices: Indices): Inputs =>
  Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, takeRows(tensor, indices)]));

/** Rows of `x` as a batch has them. */
const takenX = (
  rows: Tensor<'uint8'> | Tensor<'float32'>,
  normalization: Normalization | undefined,
  augmentation: Augmentation | undefined,
): Tensor<'float32'> => converted(augmentation === undefined ? rows : augmented(augmentation)(rows), normalization);

/**
 * The examples at `indices` (repeats allowed), in fresh arrays: `x` converted to float32 and normalised, augmented first if asked, every
 * other input as it is stored.
 *
 * Throws RangeError for an index outside the data set, or an augmentation with an unknown option or whose image is not the shape of an example of `x`.
 */
export const takeBatch = <Y extends Targets | undefined, X extends Inputs>(
  dataset: Dataset<Y, X>,
  indices: Indices,
  augmentation?: Augmentation,
): Batch<Y, X> => {
  const { x, ...others } = takenRows(dataset.inputs, indices);
  if (!x && augmentation) throw new RangeError(`an augmentation is for ${inputText('x')}, which there is none of`);
  return {
    ...(x && { x: takenX(x, dataset.normalization, augmentation) }),
    ...others,
    ...(dataset.targets && { [TARGETS]: takeRows(dataset.targets, indices) }),
  } as unknown as Batch<Y, X>;
};

/** A data set of the examples at `indices`, copied. Throws RangeError for an index outside the data set. */
export const subset = <Y extends Targets | undefined, X extends Inputs>(
  dataset: Dataset<Y, X>,
  indices: Indices,
): Dataset<Y, X> => ({
  ...dataset,
  inputs: takenRows(dataset.inputs, indices) as X,
  targets: (dataset.targets && takeRows(dataset.targets, indices)) as Y,
});
