/** MNIST, and data sets in its form (Fashion-MNIST, KMNIST, …), from a folder of IDX files. */

import { join } from 'node:path';
import type { OptionNames, Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DatasetPair, type LabelledDataset, makeDataset, type OnlyX } from '../dataset/dataset.js';
import { labelsOf } from '../dataset/labels.js';
import { checkLayout, inLayout, type Layout } from '../dataset/layout.js';
import { MNIST_NORMALIZATION } from '../dataset/normalization.js';
import { type DataError, type FileNotFound, inSource, unsupportedType } from '../errors.js';
import { decodeIdx, type IdxType } from '../formats/idx.js';
import { checkKnown } from '../options.js';
import { gunzipped, readBytes, readFolder } from './file.js';

/** How images are read. */
export interface ImageOptions {
  /** Default `flat`. */
  readonly layout?: Layout | undefined;
  /** Normalise by the data set's customary means and deviations (default), or leave values in [0, 1]. */
  readonly normalize?: boolean | undefined;
}

export const IMAGE_OPTIONS: OptionNames<ImageOptions> = { layout: true, normalize: true };

/** The tensor in an IDX file, plain or gzipped. Fails as `decodeIdx`, or with FileNotFound or FileFailure. */
export const readIdx = (path: string): TE.TaskEither<DataError, Tensor<IdxType>> =>
  pipe(readBytes(path), TE.chain(gunzipped(path)), TE.chainEitherK(decodeIdx(path)));

/**
 * The file of a folder called `stem`; distributions also spell it `train-images.idx3-ubyte`, each with or without
 * `.gz`.
 */
const findFile = (folder: string, names: readonly string[], stem: string): E.Either<FileNotFound, string> => {
  const spellings = [stem, stem.replace('-idx', '.idx')].flatMap((spelling) => [spelling, `${spelling}.gz`]);
  const name = spellings.find((spelling) => names.includes(spelling));
  const message = `${folder} has neither ${stem} nor ${stem}.gz; put the four MNIST files there`;
  return name === undefined
    ? E.left({ _tag: 'FileNotFound', path: join(folder, stem), message })
    : E.right(join(folder, name));
};

const readUint8 = (path: string): TE.TaskEither<DataError, Tensor<'uint8'>> =>
  pipe(
    readIdx(path),
    TE.chainEitherK((tensor) =>
      tensor.dtype === 'uint8'
        ? E.right(tensor as Tensor<'uint8'>)
        : E.left(unsupportedType(path, tensor.dtype, 'MNIST holds unsigned bytes; is this the right file?')),
    ),
  );

/**
 * The 60,000 training and 10,000 test images of MNIST, or what else lies in the folder under the same names
 * (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-…`, plain or `.gz`): shape [N, 784] or [N, 1, 28, 28],
 * 10 classes.
 *
 * Fails with FileNotFound or FileFailure, WrongFormat, WrongLength or UnsupportedType for a file, ShapeMismatch where
 * there are not as many labels as images, LabelOutOfRange, InvalidOption for another layout or an unknown option.
 */
export const readMnist = (
  folder: string,
  options: ImageOptions = {},
): TE.TaskEither<DataError, DatasetPair<Tensor<'int64'>, OnlyX>> => {
  const { layout = 'flat', normalize = true } = options;
  const wrong = checkKnown(options, IMAGE_OPTIONS) ?? checkLayout(layout);
  if (wrong) return TE.left(wrong);
  const readPart = (names: readonly string[], part: string): TE.TaskEither<DataError, LabelledDataset> => {
    const read = (stem: string) => pipe(TE.fromEither(findFile(folder, names, stem)), TE.chainW(readUint8));
    return pipe(
      TE.Do,
      TE.apS('images', read(`${part}-images-idx3-ubyte`)),
      TE.apSW('labels', read(`${part}-labels-idx1-ubyte`)),
      TE.chainEitherK(({ images, labels }) =>
        pipe(
          labelsOf(labels),
          E.chain((targets) =>
            makeDataset({
              inputs: { x: inLayout(layout)(images) },
              targets,
              classes: 10,
              normalization: normalize ? MNIST_NORMALIZATION : undefined,
            }),
          ),
          E.mapLeft(inSource(`${folder}, ${part}`)),
        ),
      ),
    );
  };
  return pipe(
    readFolder(folder),
    TE.chain((names) =>
      pipe(TE.Do, TE.apS('train', readPart(names, 'train')), TE.apS('test', readPart(names, 't10k'))),
    ),
  );
};
