/** CIFAR-10's binary version from a folder, or from the archive as it is distributed. */

import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { unpackTar } from 'modern-tar';
import { type DatasetPair, type LabelledDataset, makeDataset, type OnlyX } from '../dataset/dataset.js';
import { checkLayout, inLayout } from '../dataset/layout.js';
import { CIFAR10_NORMALIZATION } from '../dataset/normalization.js';
import { type DataError, type FileNotFound, inSource, wrongFormat } from '../errors.js';
import { decodeCifar10 } from '../formats/cifar10.js';
import { checkKnown } from '../options.js';
import { isFolder, readBytes, readFolder, systemError } from './file.js';
import { IMAGE_OPTIONS, type ImageOptions } from './mnist.js';

const ARCHIVE = 'cifar-10-binary.tar.gz';
/** The folder that the archive unpacks to. */
const UNPACKED = 'cifar-10-batches-bin';
const TRAIN = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
const TEST = ['test_batch.bin'] as const;
const FILES = [...TRAIN, ...TEST];

type Files = ReadonlyMap<string, Uint8Array>;

const missing = (place: string, what: string): FileNotFound => ({
  _tag: 'FileNotFound',
  path: place,
  message: `${place} has no ${what}; give the folder with data_batch_1.bin … 5 and test_batch.bin, or ${ARCHIVE}`,
});

/** The six files of an archive, decompressed as a stream so that nothing else of it is ever in memory. */
const readArchive = (path: string): TE.TaskEither<DataError, Files> =>
  TE.tryCatch(
    async () => {
      // Large chunks: the small default ones cost more than the decompression.
      const chunk = 2 ** 20;
      const entries = await pipeline(
        createReadStream(path, { highWaterMark: chunk }),
        createGunzip({ chunkSize: chunk }),
        (tar: AsyncIterable<Uint8Array>) =>
          unpackTar(ReadableStream.from(tar), { strict: true, filter: ({ name }) => FILES.includes(basename(name)) }),
      );
      return new Map(entries.flatMap(({ header, data }) => (data ? [[basename(header.name), data] as const] : [])));
    },
    (cause) => {
      const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
      // The stream's own errors are zlib's (Z_…) or the tar reader's; all others come from the file system.
      return /^E[A-Z]+$/.test(code)
        ? systemError('read', path)(cause)
        : wrongFormat(path, 'a whole .tar.gz archive', message, 'fetch it again');
    },
  );

const readUnpacked = (folder: string): TE.TaskEither<DataError, Files> =>
  pipe(
    FILES,
    TE.traverseArray((name) =>
      pipe(
        readBytes(join(folder, name)),
        TE.map((bytes) => [name, bytes] as const),
      ),
    ),
    TE.map((entries) => new Map(entries)),
  );

const readInFolder = (folder: string): TE.TaskEither<DataError, Files> =>
  pipe(
    readFolder(folder),
    TE.chain((names) => {
      if (names.includes(TEST[0])) return readUnpacked(folder);
      if (names.includes(UNPACKED)) return readUnpacked(join(folder, UNPACKED));
      return names.includes(ARCHIVE) ? readArchive(join(folder, ARCHIVE)) : TE.left(missing(folder, 'CIFAR-10'));
    }),
  );

const readFiles = (path: string): TE.TaskEither<DataError, Files> =>
  pipe(
    isFolder(path),
    TE.chain((folder) => (folder ? readInFolder(path) : readArchive(path))),
  );

/**
 * CIFAR-10's 50,000 training and 10,000 test images: shape [N, 3072] or [N, 3, 32, 32], 10 classes. `path` is
 * `cifar-10-binary.tar.gz`, or a folder with it, with its six .bin files, or with the folder it unpacks to.
 *
 * Fails with FileNotFound or FileFailure, WrongFormat for a damaged archive, WrongLength for a file that was cut off,
 * LabelOutOfRange, InvalidOption for another layout or an unknown option.
 */
export const readCifar10 = (
  path: string,
  options: ImageOptions = {},
): TE.TaskEither<DataError, DatasetPair<Tensor<'int64'>, OnlyX>> => {
  const { layout = 'flat', normalize = true } = options;
  const wrong = checkKnown(options, IMAGE_OPTIONS) ?? checkLayout(layout);
  if (wrong) return TE.left(wrong);
  const datasetOf = (files: Files, names: readonly string[]): E.Either<DataError, LabelledDataset> =>
    pipe(
      names,
      E.traverseArray((name): E.Either<DataError, { source: string; bytes: Uint8Array }> => {
        const bytes = files.get(name);
        return bytes ? E.right({ source: `${path}, ${name}`, bytes }) : E.left(missing(path, name));
      }),
      E.chainW(decodeCifar10),
      E.chain(({ images, labels }) =>
        pipe(
          makeDataset({
            inputs: { x: inLayout(layout)(images) },
            targets: labels,
            classes: 10,
            normalization: normalize ? CIFAR10_NORMALIZATION : undefined,
          }),
          E.mapLeft(inSource(path)),
        ),
      ),
    );
  return pipe(
    readFiles(path),
    TE.chainEitherK((files) =>
      pipe(E.Do, E.apS('train', datasetOf(files, TRAIN)), E.apS('test', datasetOf(files, TEST))),
    ),
  );
};
