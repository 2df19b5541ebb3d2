/** Data sets: inputs by name with their labels or targets, kept as stored and converted a batch at a time. */

import type { Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DataError, invalidOption, shapeMismatch, unsupportedType } from '../errors.js';
import { checkFilled } from '../formats/filled.js';
import { checkFinite, checkLabels } from './checks.js';
import { checkNormalization, type Normalization } from './normalization.js';

/** Class labels, int64 of shape [N] or [N, …], with NO_LABEL where there is none, or regression targets, float32 of shape [N, …]. */
export type Targets = Tensor<'int64'> | Tensor<'float32'>;

/**
 * What a model is fed beside targets, by the names of its inputs, each of shape [N, …]. `x` is uint8 or float32, and a batch of it float32: bytes
 * stand for v/255, so that images take a quarter of the memory. Every other input stands for itself, in its own type.
 */
export type Inputs = Readonly<Record<string, Tensor>> & Partial<OnlyX>;

/** The inputs of a model that has one. */
export type OnlyX = { readonly x: Tensor<'uint8'> | Tensor<'float32'> };

/** What a batch calls its targets. */
export const TARGETS = 'y';

/** N examples. Immutable by convention, as tensors are. */
export interface Dataset<Y extends Targets | undefined = Targets | undefined, X extends Inputs = Inputs> {
  /** At least one; none is called `y`, as a batch's targets are. */
  readonly inputs: X;
  /** Undefined where inputs are all that a loss reads: an autoencoder's, or one with an input of its own for what it compares with. */
  readonly targets: Y;
  /** Number of classes; 0 where the targets are not labels. */
  readonly classes: number;
  /** Applied to a batch's `x` as it is taken; absent: none. */
  readonly normalization?: Normalization | undefined;
}

/** A data set of one input, with class labels. */
export type LabelledDataset = Dataset<Tensor<'int64'>, OnlyX>;

/** What a data source holds: examples to train on and, where it has them, examples to test on. */
export interface DatasetPair<Y extends Targets | undefined = Targets | undefined, X extends Inputs = Inputs> {
  readonly train: Dataset<Y, X>;
  readonly test: Dataset<Y, X> | undefined;
}

/** The number of examples, N. */
export const sizeOfDataset = ({ inputs }: Dataset): number => Object.values<Tensor>(inputs)[0]!.shape[0]!;

/** Shape of one example of an input, without the leading N. */
export const exampleShape = ({ shape }: Tensor): readonly number[] => shape.slice(1);

/** An input in words, for messages. */
export const inputText = (name: string): string => `input "${name}"`;

const checkTargets = ({ targets, classes }: Dataset): E.Either<DataError, unknown> => {
  const labelled = targets?.dtype === 'int64';
  if (labelled ? Number.isSafeInteger(classes) && classes > 0 : classes === 0) {
    if (!targets) return E.right(undefined);
    return pipe(
      checkFilled('the targets')(targets),
      E.chainW(
        (): E.Either<DataError, unknown> =>
          targets.dtype === 'int64' ? checkLabels(classes)(targets) : checkFinite('the targets')(targets),
      ),
    );
  }
  const wanted = labelled
    ? 'int64 labels need a whole number from 1'
    : `${targets ? 'float32 targets have' : 'without targets there are'} 0 classes`;
  return E.left(invalidOption('classes', `classes is ${classes}, but ${wanted}; change it or the targets' type`));
};

/** What the rows of every input are counted against: the targets, where there are any, or the first input. */
const counted = ({ inputs, targets }: Dataset): { readonly size: number | undefined; readonly text: string } => {
  const [name, first] = Object.entries<Tensor>(inputs)[0]!;
  const { shape } = targets ?? first;
  return { size: shape[0], text: `${targets ? 'targets' : inputText(name)} of shape [${shape.join(', ')}]` };
};

const checkInput =
  (all: ReturnType<typeof counted>) =>
  ([name, tensor]: readonly [string, Tensor]): E.Either<DataError, unknown> => {
    const [size, extents] = [tensor.shape[0], `[${tensor.shape.join(', ')}]`];
    if (name === TARGETS) {
      return E.left(invalidOption('inputs', `an input is called "${name}", as a batch's targets are; rename it`));
    }
    if (name === 'x' && tensor.dtype !== 'uint8' && tensor.dtype !== 'float32') {
      return E.left(unsupportedType(inputText(name), tensor.dtype, 'give uint8 or float32, or another name'));
    }
    if (elementCount(tensor.shape) === 0 || size === undefined) {
      return E.left(shapeMismatch(`${inputText(name)} has shape ${extents}: no example; give at least one`));
    }
    if (size !== all.size)
      return E.left(shapeMismatch(`${size} rows of ${inputText(name)} but ${all.text}; give each example one`));
    return pipe(checkFilled(inputText(name))(tensor), E.chainW(checkFinite(inputText(name))));
  };

const checkNormalized = ({ inputs, normalization }: Dataset): E.Either<DataError, unknown> => {
  if (normalization === undefined) return E.right(undefined);
  return inputs.x
    ? checkNormalization(exampleShape(inputs.x))(normalization)
    : E.left(
        invalidOption(
          'normalization',
          `a normalisation is for ${inputText('x')}, which there is none of; leave it out`,
        ),
      );
};

/**
 * A data set that holds together: an input or more, each with as many rows as there are targets (or rows of the first, where there are none), data that fill their shapes, labels in
 * 0 … classes − 1 (NO_LABEL for none), no NaN or infinity, a normalisation that fits `x`.
 *
 * Fails with InvalidOption (classes, inputs), ShapeMismatch, UnsupportedType, LabelOutOfRange, NotFinite, or as `checkNormalization`.
 */
export const makeDataset = <Y extends Targets | undefined, X extends Inputs>(
  dataset: Dataset<Y, X>,
): E.Either<DataError, Dataset<Y, X>> => {
  const inputs = Object.entries<Tensor>(dataset.inputs);
  if (inputs.length === 0) return E.left(invalidOption('inputs', 'there are no inputs; give at least one'));
  return pipe(
    inputs,
    E.traverseArray(checkInput(counted(dataset))),
    E.chain(() => checkTargets(dataset)),
    E.chain(() => checkNormalized(dataset)),
    E.map(() => dataset),
  );
};
