/** Data sets: examples with their labels or targets, kept as stored and converted a batch at a time. */

import type { Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DataError, invalidOption, shapeMismatch } from '../errors.js';
import { checkFilled } from '../formats/filled.js';
import { checkFinite, checkLabels } from './checks.js';
import { checkNormalization, type Normalization } from './normalization.js';

/** Class labels, int64 of shape [N] or [N, …], with NO_LABEL where there is none, or regression targets, float32 of shape [N, …]. */
export type Targets = Tensor<'int64'> | Tensor<'float32'>;

/** N examples. Immutable by convention, as tensors are. */
export interface Dataset<Y extends Targets = Targets> {
  /** Shape [N, …]. Bytes stand for v/255, so that images take a quarter of the memory; floats for themselves. */
  readonly inputs: Tensor<'uint8'> | Tensor<'float32'>;
  readonly targets: Y;
  /** Number of classes; 0 where the targets are not labels. */
  readonly classes: number;
  /** Applied to a batch's inputs as it is taken; absent: none. */
  readonly normalization?: Normalization | undefined;
}

/** A data set with class labels. */
export type LabelledDataset = Dataset<Tensor<'int64'>>;

/** What a data source holds: examples to train on and, where it has them, examples to test on. */
export interface DatasetPair<Y extends Targets = Targets> {
  readonly train: Dataset<Y>;
  readonly test: Dataset<Y> | undefined;
}

/** The number of examples, N. */
export const sizeOfDataset = (dataset: Dataset): number => dataset.inputs.shape[0]!;

/** Shape of one example, without the leading N. */
export const exampleShape = (dataset: Dataset): readonly number[] => dataset.inputs.shape.slice(1);

const checkShapes = ({ inputs, targets, classes }: Dataset): E.Either<DataError, void> => {
  const labelled = targets.dtype === 'int64';
  const [size, extents] = [inputs.shape[0], `[${targets.shape.join(', ')}]`];
  if (!(labelled ? Number.isSafeInteger(classes) && classes > 0 : classes === 0)) {
    const wanted = labelled ? 'int64 labels need a whole number from 1' : 'float32 targets have 0 classes';
    return E.left(invalidOption('classes', `classes is ${classes}, but ${wanted}; change it or the targets' type`));
  }
  if (elementCount(inputs.shape) === 0 || size === undefined) {
    return E.left(shapeMismatch(`the inputs have shape [${inputs.shape.join(', ')}]: no example; give at least one`));
  }
  return size === targets.shape[0]
    ? E.right(undefined)
    : E.left(shapeMismatch(`${size} inputs but targets of shape ${extents}; give each example one`));
};

/**
 * A data set that holds together: as many targets as inputs, data that fill their shapes, labels in 0 … classes − 1 (NO_LABEL for none), no
 * NaN or infinity, a normalisation that fits.
 *
 * Fails with InvalidOption (classes), ShapeMismatch, LabelOutOfRange, NotFinite, or as `checkNormalization`.
 */
export const makeDataset = <Y extends Targets>(dataset: Dataset<Y>): E.Either<DataError, Dataset<Y>> =>
  pipe(
    checkShapes(dataset),
    E.chainW(() => checkFilled('the inputs')(dataset.inputs)),
    E.chainW(() => checkFilled('the targets')(dataset.targets)),
    E.chainW(() => checkFinite('the inputs')(dataset.inputs)),
    E.chainW((): E.Either<DataError, unknown> => {
      const targets: Targets = dataset.targets;
      return targets.dtype === 'int64' ? checkLabels(dataset.classes)(targets) : checkFinite('the targets')(targets);
    }),
    E.chain(() => checkNormalization(exampleShape(dataset))(dataset.normalization)),
    E.map(() => dataset),
  );
