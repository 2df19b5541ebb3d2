/** A data set from the arrays of an .npz file. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DatasetPair } from '../dataset/dataset.js';
import { type ArraysOptions, datasetOfArrays } from '../dataset/ofArrays.js';
import type { DataError } from '../errors.js';
import { readNpz } from './arrays.js';

/** The data set in an .npz file. Fails as `readNpz` and `datasetOfArrays`. */
export const readNpzDataset = (path: string, options?: ArraysOptions): TE.TaskEither<DataError, DatasetPair> =>
  pipe(readNpz(path), TE.chainEitherK(datasetOfArrays(path, options)));
