/** A data set from named arrays. */

import type { OptionNames, Tensor } from '@hograd/graph-builder';
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
import { checkKnown } from '../options.js';
import { type ArrayNames, arrayNames } from './arrayNames.js';
import { NO_LABEL } from './checks.js';
import {
  type Dataset,
  type DatasetPair,
  exampleShape,
  inputText,
  makeDataset,
  type OnlyX,
  type Targets,
} from './dataset.js';
import { labelsOf } from './labels.js';
import { checkLayout, inLayout, type Layout } from './layout.js';

/** Up to here float32 holds every whole number. */
const LARGEST_EXACT = 2 ** 24;

/** Bytes stay bytes and stand for v/255; all other numbers become float32, integers (the tokens of a text) exactly. */
const xOf = (tensor: Tensor): E.Either<DataError, OnlyX['x']> => {
  if (tensor.dtype === 'uint8') return E.right(tensor as Tensor<'uint8'>);
  if (tensor.dtype === 'float32' || tensor.dtype === 'float64') return E.right(asFloat32(tensor));
  const at = (tensor.data as Int32Array).findIndex((v) => Math.abs(Number(v)) > LARGEST_EXACT);
  return at < 0
    ? E.right(asFloat32(tensor))
    : E.left(
        unsupportedType(
          inputText('x'),
          tensor.dtype,
          `it becomes float32, which holds whole numbers up to ${LARGEST_EXACT}, and holds ${tensor.data[at]} at flat index ${at}; scale it and store float32, or store it under the name of the model's input`,
        ),
      );
};

/** `x` as a data set holds it, in a layout; any other input in its own type, but for float64. */
const inputOf =
  (layout: Layout | undefined) =>
  (name: string, tensor: Tensor): E.Either<DataError, Tensor> => {
    if (name === 'x')
      return pipe(
        xOf(tensor),
        E.map((x) => (layout ? inLayout(layout)<Tensor>(x) : x)),
      );
    return E.right(tensor.dtype === 'float64' ? asFloat32(tensor) : tensor);
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

type Examples = Pick<Dataset, 'inputs' | 'targets'>;

const examplesNamed =
  (source: string, arrays: Arrays, { inputs, targets }: ArrayNames, { layout, ignored }: ArraysOptions) =>
  (suffix: string): E.Either<DataError, Examples> =>
    pipe(
      E.Do,
      E.apS(
        'inputs',
        pipe(
          inputs,
          E.traverseArray((name) =>
            pipe(
              arrayNamed(source, `${name}${suffix}`)(arrays),
              E.chainW((tensor) => inputOf(layout)(name, tensor)),
              E.map((tensor) => [name, tensor] as const),
            ),
          ),
          E.map(Object.fromEntries<Tensor>),
        ),
      ),
      E.apSW(
        'targets',
        targets === undefined
          ? E.right(undefined)
          : pipe(arrayNamed(source, `${targets}${suffix}`)(arrays), E.chainW(targetsOf(ignored))),
      ),
    );

const described = (tensor: Tensor): string => `${tensor.dtype}[${exampleShape(tensor).join(', ')}]`;

/** Are examples of the same type and shape, however many? */
const alike = (a: Tensor, b: Tensor): boolean => described(a) === described(b);

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER - 1);

/** One class more than the largest label, 0 for regression targets and without targets; LabelOutOfRange for a label that is neither a class's number nor NO_LABEL. */
const classesOf = (parts: readonly Examples[]): E.Either<LabelOutOfRange, number> => {
  let classes = 0;
  for (const { targets } of parts) {
    if (targets?.dtype !== 'int64') continue;
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

/** A part of a source, in words; the whole of it where there are no parts. */
const partText = (source: string, suffix: string): string => (suffix === '' ? source : `${source}, ${suffix.slice(1)}`);

/** Refuses test examples of another kind or shape than those to train on. */
const checkAlike = (parts: readonly Examples[]): E.Either<DataError, readonly Examples[]> => {
  const [train, test] = parts;
  if (!train || !test) return E.right(parts);
  if (test.targets?.dtype !== train.targets?.dtype) {
    return E.left(shapeMismatch('y_train and y_test are not both labels or both targets; store them alike'));
  }
  const other = Object.keys(train.inputs).find((name) => !alike(train.inputs[name]!, test.inputs[name]!));
  if (other === undefined) return E.right(parts);
  const [own, found] = [train, test].map(({ inputs }) => described(inputs[other]!));
  return E.left(
    shapeMismatch(`an example of ${other}_train is ${own} and one of ${other}_test ${found}; store them alike`),
  );
};

/** Options of `datasetOfArrays` and `readNpzDataset`. */
export interface ArraysOptions {
  /** Of `x`. Default: shapes stay as in the file. */
  readonly layout?: Layout | undefined;
  /** Number of classes. Default: as many as the largest label needs; 0 where the targets are not labels. */
  readonly classes?: number | undefined;
  /** The name that the targets have where there is no `y`: that of the model's own input for them. Default: `y` alone. */
  readonly targets?: string | undefined;
  /** The label that the file has for none, where that is not NO_LABEL: a whole number, such as 255 of segmentations. */
  readonly ignored?: number | undefined;
}

const ARRAYS_OPTIONS: OptionNames<ArraysOptions> = { layout: true, classes: true, targets: true, ignored: true };

/**
 * The data set in arrays NAME_train and NAME_test, an input by its name or `x` for the only one, and `y_train` and `y_test`, its targets, if there
 * are any; or all without a suffix for one without a test part. The first axis counts examples. `x` is for images and other numbers: uint8 stands for v/255,
 * other types become float32. Other inputs keep their type (float64 becomes float32). Integer targets are labels, floating-point ones for regression. NO_LABEL
 * stands for no label. `source` names the arrays' file in messages.
 *
 * Fails with MissingArray (one part has an array that the other lacks, or there are no inputs), UnsupportedType, ShapeMismatch (another number of rows, or test
 * examples of another shape or type), LabelOutOfRange, NotFinite or InvalidOption.
 */
export const datasetOfArrays =
  (source: string, options: ArraysOptions = {}) =>
  (arrays: Arrays): E.Either<DataError, DatasetPair> => {
    const wrong = checkKnown(options, ARRAYS_OPTIONS) ?? checkLayout(options.layout);
    if (wrong) return E.left(wrong);
    const names = arrayNames(options.targets)(arrays);
    return pipe(
      names.suffixes,
      E.traverseArray(examplesNamed(source, arrays, names, options)),
      E.chain(checkAlike),
      E.bindTo('parts'),
      E.bind('classes', ({ parts }) => (options.classes === undefined ? classesOf(parts) : E.right(options.classes))),
      E.mapLeft((error) => (error._tag === 'MissingArray' ? error : inSource(source)(error))),
      E.chain(({ parts, classes }) =>
        pipe(
          parts,
          E.traverseArrayWithIndex((i, part) =>
            pipe(makeDataset({ ...part, classes }), E.mapLeft(inSource(partText(source, names.suffixes[i]!)))),
          ),
        ),
      ),
      E.map(([train, test]) => ({ train: train!, test })),
    );
  };
