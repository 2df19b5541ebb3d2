/**
 * What needs no file system, for browsers: formats over bytes, data sets, samplers, random numbers, synthetic digits.
 */

export type { Augmentation } from './dataset/augment.js';
export { type Batch, type Indices, subset, takeBatch, takeRows } from './dataset/batch.js';
export { checkFinite, checkLabels, NO_LABEL } from './dataset/checks.js';
export {
  type Dataset,
  type DatasetPair,
  exampleShape,
  type Inputs,
  type LabelledDataset,
  makeDataset,
  type OnlyX,
  sizeOfDataset,
  type Targets,
} from './dataset/dataset.js';
export { labelsOf } from './dataset/labels.js';
export { inLayout, type Layout } from './dataset/layout.js';
export { CIFAR10_NORMALIZATION, MNIST_NORMALIZATION, type Normalization } from './dataset/normalization.js';
export { type ArraysOptions, datasetOfArrays } from './dataset/ofArrays.js';
export { type Split, type SplitCounts, splitTrainValidation } from './dataset/split.js';
export { DIGITS_NORMALIZATION, type DigitsOptions, syntheticDigits } from './digits/digits.js';
export type {
  DataError,
  FileFailure,
  FileNotFound,
  InvalidOption,
  LabelOutOfRange,
  MissingArray,
  NotFinite,
  ShapeMismatch,
  UnsupportedType,
  WrongFormat,
  WrongLength,
} from './errors.js';
export { type Cifar10Records, decodeCifar10 } from './formats/cifar10.js';
export { decodeIdx, encodeIdx, type IdxType } from './formats/idx.js';
export { decodeNpy, encodeNpy } from './formats/npy.js';
export { type Arrays, arrayNamed, decodeNpz, encodeNpz, type NpzOptions } from './formats/npz.js';
export { decodeTensorProto, type NamedTensor } from './formats/tensorProto.js';
export type { RandomKey } from './random/key.js';
export { normal } from './random/normal.js';
export { permutation } from './random/permutation.js';
export { uniform } from './random/uniform.js';
export { resumeSampler } from './samplers/resume.js';
export type { LastBatch, Sampled, Sampler, SamplerState } from './samplers/sampler.js';
export { type SequentialSamplerOptions, sequentialSampler } from './samplers/sequential.js';
export { type ShuffledSamplerOptions, shuffledSampler } from './samplers/shuffled.js';
