/** A data set from named arrays. */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  type DataError,
  type InvalidOption,
  inSource,
  invalidOption,
  type LabelOutOfRange,
  labelOutOfRange,
  shapeMismatch,
  unsupportedType,
} from '../errors.js';
import { type Arrays, arrayNamed } from '../formats/npz.js';
import { NO_LABEL } from './checks.js';
import { type Dataset, type DatasetPair, makeDataset, type Targets } from './dataset.js';
import { labelsOf } from './labels.js';
import { checkLayout, inLayout, type Layout } from './layout.js';

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

/** NO_LABEL in place of the label that the file has for none. */
const withoutIgnored =
  (ignored: number | undefined) =>
  (labels: Tensor<'int64'>): E.Either<InvalidOption, Tensor<'int64'>> => {
    if (ignored === undefined) return E.right(labels);
    if (!Number.isSafeInteger(ignored))
      return E.left(invalidOption('ignored', `the label for none is ${ignored}; give a whole number`));
    const own = BigInt(ignored);
    return E.right({ ...labels, data: labels.data.map((label) => (label === own ? NO_LABEL : label)) });
  };

/** Floating-point targets are for regression, all others are labels. */
const targetsOf =
  (ignored: number | undefined) =>
  (tensor: Tensor): E.Either<DataError, Targets> =>
    tensor.dtype === 'float32' || tensor.dtype === 'float64'
      ? E.right(asFloat32(tensor))
      : pipe(labelsOf(tensor), E.chainW(withoutIgnored(ignored)));

interface Examples {
  readonly inputs: Dataset['inputs'];
  readonly targets: Targets;
}

const examplesNamed =
  (source: string, arrays: Arrays, { layout, ignored }: ArraysOptions) =>
  (suffix: string): E.Either<DataError, Examples> =>
    pipe(
      E.Do,
      E.apS('x', arrayNamed(source, `x${suffix}`)(arrays)),
      E.apS('y', arrayNamed(source, `y${suffix}`)(arrays)),
      E.chainW(({ x, y }) => pipe(E.Do, E.apS('inputs', inputsOf(x)), E.apS('targets', targetsOf(ignored)(y)))),
      E.map(({ inputs, targets }) => ({ inputs: layout ? inLayout(layout)(inputs) : inputs, targets })),
    );

/** Are examples of the same shape, however many? */
const alike = ([, ...a]: readonly number[], [, ...b]: readonly number[]): boolean =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER - 1);

/** One class more than the largest label, 0 for regression targets; LabelOutOfRange for a label that is neither a class's number nor NO_LABEL. */
const classesOf = (parts: readonly Examples[]): E.Either<LabelOutOfRange, number> => {
  let classes = 0;
  for (const { targets } of parts) {
    if (targets.dtype !== 'int64') continue;
    const index = targets.data.findIndex((label) => (label < 0n && label !== NO_LABEL) || label > LARGEST);
    if (index >= 0) {
      const why = `outside 0 … ${LARGEST} (and ${NO_LABEL} for none); correct it`;
      return E.left(labelOutOfRange(index, targets.data[index]!, why));
    }
    // Where no label counts, one class, so that what is wrong is said of the labels.
    for (const label of targets.data) classes = Math.max(classes, Number(label) + 1, 1);
  }
  return E.right(classes);
};

export interface ArraysOptions {
  /** Default: shapes stay as in the file. */
  readonly layout?: Layout | undefined;
  /** Number of classes. Default: as many as the largest label needs; 0 where the targets are not labels. */
  readonly classes?: number | undefined;
  /** The label that the file has for none, where that is not NO_LABEL: a whole number, such as 255 of segmentations. */
  readonly ignored?: number | undefined;
}

/**
 * The data set in arrays `x_train`, `y_train`, `x_test`, `y_test`, or `x`, `y` for one without a test part. The first
 * axis counts examples. uint8 inputs stand for v/255, other types become float32; integer targets are labels,
 * floating-point ones for regression. NO_LABEL stands for no label. `source` names the arrays' file in messages.
 *
 * Fails with MissingArray, UnsupportedType, ShapeMismatch, LabelOutOfRange, NotFinite or InvalidOption.
 */
export const datasetOfArrays =
  (source: string, options: ArraysOptions = {}) =>
  (arrays: Arrays): E.Either<DataError, DatasetPair> => {
    const wrongLayout = checkLayout(options.layout);
    if (wrongLayout) return E.left(wrongLayout);
    const suffixes = ['x_train', 'y_train'].some((name) => Object.hasOwn(arrays, name)) ? ['_train', '_test'] : [''];
    return pipe(
      suffixes,
      E.traverseArray(examplesNamed(source, arrays, options)),
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
          options.classes === undefined ? classesOf(parts) : E.right(options.classes),
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
