/**
 * Data in and out: IDX, CIFAR-10, .npy/.npz, TensorProto, synthetic digits; batches, splits, seeded resumable samplers.
 */

export { readNpy, readNpz, readTensorProtos, writeNpy, writeNpz } from './files/arrays.js';
export { readCifar10 } from './files/cifar10.js';
export { makeFolder, readBytes, systemError, writeBytes } from './files/file.js';
export { type ImageOptions, readIdx, readMnist } from './files/mnist.js';
export { readNpzDataset } from './files/npzDataset.js';
export { type OpenDatasetOptions, openDataset } from './files/openDataset.js';
export * from './pure.js';
