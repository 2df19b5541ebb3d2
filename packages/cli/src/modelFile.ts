/** A model's file, and the data that it keeps in others. */

import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { readBytes, systemError } from '@hograd/data';
import type { ExternalData } from '@hograd/graph-builder';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Failure, refuse, wrongInput } from './failure.js';

/** Whether the text that says which model is meant is a file's path, not a name of the zoo. */
export const isModelFile = (model: string): boolean => model.endsWith('.onnx');

export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Bytes of the files that it refers to; undefined for one that is not in the model's folder. Refuses one that cannot be read. */
  readonly externalData: ExternalData;
}

/** The bytes of a file; undefined where there is none. Refuses one that is there and cannot be read. */
const bytesIn = (file: string): Uint8Array | undefined => {
  try {
    return readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return refuse(systemError('read', file)(cause).message);
  }
};

/** Reads data that a model keeps in other files, which must lie in its own folder: each file once, since all tensors may be in one. */
const besides = (model: string): ExternalData => {
  const folder = resolve(dirname(model));
  const known = new Map<string, Uint8Array | undefined>();
  return (location) => {
    const file = resolve(folder, location);
    if (!file.startsWith(folder + sep)) return undefined;
    if (!known.has(file)) known.set(file, bytesIn(file));
    return known.get(file);
  };
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
