/** A data set from named arrays. */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  type DataError,
  inSource,
  type LabelOutOfRange,
  labelOutOfRange,
  shapeMismatch,
  unsupportedType,
} from '../errors.js';
import { type Arrays, arrayNamed } from '../formats/npz.js';
import { type Dataset, type DatasetPair, makeDataset, type Targets } from './dataset.js';
import { labelsOf } from './labels.js';
import { inLayout, type Layout } from './layout.js';

/** Up to here float32 holds every whole number. */
const LARGEST_EXACT = 2 ** 24;

/** Bytes stay bytes and stand for v/255; all other numbers become float32, integers (the tokens of a text) exactly. */
const inputsOf = (tensor: Tensor): E.Either<DataError, Dataset['inputs']> => {
  if (tensor.dtype === 'uint8') return E.right(tensor as Tensor<'uint8'>);
  if (tensor.dtype === 'float32' || tensor.dtype === 'float64') return E.right(asFloat32(tensor));
  const at = (tensor.data as Int32Array).findIndex((v) => Math.abs(Number(v)) > LARGEST_EXACT);
  return at < 0
    ? E.right(asFloat32(tensor))
    : E.left(
        unsupportedType(
          'the inputs',
          tensor.dtype,
          `they become float32, which holds whole numbers up to ${LARGEST_EXACT}, and hold ${tensor.data[at]} at flat index ${at}; scale them, and store float32`,
        ),
      );
};

const asFloat32 = (tensor: Tensor): Tensor<'float32'> =>
  tensor.dtype === 'float32'
    ? (tensor as Tensor<'float32'>)
    : { ...tensor, dtype: 'float32', data: Float32Array.from(tensor.data as ArrayLike<number | bigint>, Number) };

/** Floating-point targets are for regression, all others are labels. */
const targetsOf = (tensor: Tensor): E.Either<DataError, Targets> =>
  tensor.dtype === 'float32' || tensor.dtype === 'float64' ? E.right(asFloat32(tensor)) : labelsOf(tensor);

interface Examples {
  readonly inputs: Dataset['inputs'];
  readonly targets: Targets;
}

const examplesNamed =
  (source: string, arrays: Arrays, layout: Layout | undefined) =>
  (suffix: string): E.Either<DataError, Examples> =>
    pipe(
      E.Do,
      E.apS('x', arrayNamed(source, `x${suffix}`)(arrays)),
      E.apS('y', arrayNamed(source, `y${suffix}`)(arrays)),
      E.chainW(({ x, y }) => pipe(E.Do, E.apS('inputs', inputsOf(x)), E.apS('targets', targetsOf(y)))),
      E.map(({ inputs, targets }) => ({ inputs: layout ? inLayout(layout)(inputs) : inputs, targets })),
    );

/** Are examples of the same shape, however many? */
const alike = ([, ...a]: readonly number[], [, ...b]: readonly number[]): boolean =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER - 1);

/** One class more than the largest label, 0 for regression targets; LabelOutOfRange for a label that is no class's number. */
const classesOf = (parts: readonly Examples[]): E.Either<LabelOutOfRange, number> => {
  let classes = 0;
  for (const { targets } of parts) {
    if (targets.dtype !== 'int64') continue;
    const index = targets.data.findIndex((label) => label < 0n || label > LARGEST);
    if (index >= 0) return E.left(labelOutOfRange(index, targets.data[index]!, `outside 0 … ${LARGEST}; correct it`));
    for (const label of targets.data) classes = Math.max(classes, Number(label) + 1);
  }
  return E.right(classes);
};

export interface ArraysOptions {
  /** Default: shapes stay as in the file. */
  readonly layout?: Layout | undefined;
  /** Number of classes. Default: as many as the largest label needs; 0 where the targets are not labels. */
  readonly classes?: number | undefined;
}

/**
 * The data set in arrays `x_train`, `y_train`, `x_test`, `y_test`, or `x`, `y` for one without a test part. The first
 * axis counts examples. uint8 inputs stand for v/255, other types become float32; integer targets are labels,
 * floating-point ones for regression. `source` names the arrays' file in messages.
 *
 * Fails with MissingArray, UnsupportedType, ShapeMismatch, LabelOutOfRange, NotFinite or InvalidOption.
 */
export const datasetOfArrays =
  (source: string, { layout, classes }: ArraysOptions = {}) =>
  (arrays: Arrays): E.Either<DataError, DatasetPair> => {
    const suffixes = ['x_train', 'y_train'].some((name) => Object.hasOwn(arrays, name)) ? ['_train', '_test'] : [''];
    return pipe(
      suffixes,
      E.traverseArray(examplesNamed(source, arrays, layout)),
      E.filterOrElse(
        ([train, test]) => test === undefined || test.targets.dtype === train!.targets.dtype,
        (): DataError => shapeMismatch('y_train and y_test are not both labels or both targets; store them alike'),
      ),
      E.filterOrElse(
        ([train, test]) => test === undefined || alike(train!.inputs.shape, test.inputs.shape),
        ([train, test]): DataError => {
          const [own, other] = [train!, test!].map(({ inputs }) => `[${inputs.shape.slice(1).join(', ')}]`);
          return shapeMismatch(`an example of x_train has shape ${own} and one of x_test ${other}; store them alike`);
        },
      ),
      E.chain((parts) =>
        pipe(
          classes === undefined ? classesOf(parts) : E.right(classes),
          E.chain((needed) =>
            pipe(
              parts,
              E.traverseArray((part) => makeDataset({ ...part, classes: needed })),
            ),
          ),
        ),
      ),
      E.map(([train, test]) => ({ train: train!, test })),
      E.mapLeft((error) => (error._tag === 'MissingArray' ? error : inSource(source)(error))),
    );
  };
