/** .npy, .npz and TensorProto files in and out. */

import { join } from 'node:path';
import type { Tensor } from '@hograd/graph-builder';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DataError, wrongFormat } from '../errors.js';
import { checkFilled } from '../formats/filled.js';
import { decodeNpy, encodeNpy } from '../formats/npy.js';
import { type Arrays, decodeNpz, encodeNpz, NPZ_OPTIONS, type NpzOptions } from '../formats/npz.js';
import { decodeTensorProto, type NamedTensor } from '../formats/tensorProto.js';
import { checkKnown } from '../options.js';
import { readBytes, readFolder, writeBytes } from './file.js';

/** The array in a .npy file. Fails as `decodeNpy`, or with FileNotFound or FileFailure. */
export const readNpy = (path: string): TE.TaskEither<DataError, Tensor> =>
  pipe(readBytes(path), TE.chainEitherK(decodeNpy(path)));

/** The arrays in an .npz file by name. Fails as `decodeNpz`, or with FileNotFound or FileFailure. */
export const readNpz = (path: string): TE.TaskEither<DataError, Arrays> =>
  pipe(readBytes(path), TE.chainEitherK(decodeNpz(path)));

/** Writes a .npy file whole or not at all. Fails with ShapeMismatch (data that do not fill the shape), FileNotFound or FileFailure. */
export const writeNpy =
  (path: string) =>
  (tensor: Tensor): TE.TaskEither<DataError, void> =>
    pipe(
      TE.fromEither<DataError, Tensor>(checkFilled('the tensor')(tensor)),
      TE.chain((filled) => writeBytes(path)(encodeNpy(filled))),
    );

/** Writes an .npz file whole or not at all. Fails with InvalidOption (an unknown one), ShapeMismatch (data that do not fill a shape), FileNotFound or FileFailure. */
export const writeNpz =
  (path: string, options: NpzOptions = {}) =>
  (arrays: Arrays): TE.TaskEither<DataError, void> => {
    const unknown = checkKnown(options, NPZ_OPTIONS);
    if (unknown) return TE.left(unknown);
    return pipe(
      Object.entries(arrays),
      TE.traverseArray(([name, tensor]) => TE.fromEither<DataError, Tensor>(checkFilled(`array "${name}"`)(tensor))),
      TE.chain(() => writeBytes(path)(encodeNpz(options)(arrays))),
    );
  };

const NUMBERED = /^input_(\d+)\.pb$/;

/**
 * The tensors in a folder's `input_0.pb, input_1.pb, …`, in the order of their numbers, as ONNX's backend tests store a
 * model's inputs.
 *
 * Fails with WrongFormat where there is none or a number is left out, as `decodeTensorProto`, or with FileNotFound or
 * FileFailure.
 */
export const readTensorProtos = (folder: string): TE.TaskEither<DataError, readonly NamedTensor[]> =>
  pipe(
    readFolder(folder),
    TE.filterOrElse(
      (names) => {
        const numbers = names.flatMap((name) => NUMBERED.exec(name)?.[1] ?? []).map(Number);
        return numbers.length > 0 && Math.max(...numbers) === numbers.length - 1;
      },
      (names): DataError => {
        const found = names.filter((name) => NUMBERED.test(name)).join(', ') || 'no such file';
        return wrongFormat(
          folder,
          'a folder of input_0.pb, input_1.pb, …',
          found,
          'number the tensors from 0 without gaps',
        );
      },
    ),
    TE.chain((names) =>
      TE.traverseArray((i: number) => {
        const path = join(folder, `input_${i}.pb`);
        return pipe(readBytes(path), TE.chainEitherK(decodeTensorProto(path)));
      })(names.filter((name) => NUMBERED.test(name)).map((_, i) => i)),
    ),
  );
