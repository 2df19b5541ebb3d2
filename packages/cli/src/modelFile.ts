/** A model's file, and the data that it keeps in others. */

import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { readBytes } from '@hograd/data';
import type { ExternalData } from '@hograd/graph-builder';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Failure, wrongInput } from './failure.js';

/** Whether the text that says which model is meant is a file's path, not a name of the zoo. */
export const isModelFile = (model: string): boolean => model.endsWith('.onnx');

export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Bytes of the files that it refers to. */
  readonly externalData: ExternalData;
}

/** Reads data that a model keeps in other files, which must lie in its own folder. */
const besides =
  (model: string): ExternalData =>
  (location) => {
    const folder = resolve(dirname(model));
    const file = resolve(folder, location);
    if (!file.startsWith(folder + sep)) return undefined;
    try {
      return readFileSync(file);
    } catch {
      return undefined;
    }
  };

/** The file of that path; whether it holds a model is not looked at. */
export const readModelFile = (path: string): TE.TaskEither<Failure, ModelFile> =>
  pipe(
    readBytes(path),
    TE.bimap(
      (e) => wrongInput(e.message),
      (bytes) => ({ path, bytes, externalData: besides(path) }),
    ),
  );
