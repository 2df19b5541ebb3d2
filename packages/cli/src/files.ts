/** The files that commands read and write; one that cannot be is refused in a line that names it. */

import { type DataError, makeFolder, readBytes, systemError, writeBytes } from '@hograd/data';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Failure, failed, orRefuse, refuse, wrongInput } from './failure.js';

/** The text of a file; undefined where its bytes are not UTF-8, or hold a NUL, which no text does. */
const decodeText = (bytes: Uint8Array): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
};

/** The text of a file. Refuses what is not text, without repeating its bytes. */
export const readText = async (path: string): Promise<string> => {
  const bytes = orRefuse(await readBytes(path)(), (e) => wrongInput(e.message));
  return decodeText(bytes) ?? refuse(`${path} is not a text file (UTF-8); check the path`);
};

/** The bytes of a file; undefined where there is none. Refuses one that is there and cannot be read. */
export const bytesIfAny = async (path: string): Promise<Uint8Array | undefined> => {
  const bytes = await readBytes(path)();
  if (E.isLeft(bytes) && bytes.left._tag === 'FileNotFound') return undefined;
  return orRefuse(bytes, (e) => wrongInput(e.message));
};

/** The text of a file that hograd writes; undefined where there is none. Refuses one that is there and cannot be read. */
export const textIfAny = async (path: string): Promise<string | undefined> => {
  const bytes = await bytesIfAny(path);
  return bytes && new TextDecoder().decode(bytes);
};

/** What a text of hograd's says as JSON; `called`: which text that is. Refuses what is no JSON. */
export const jsonIn = (text: string, called: string): unknown =>
  orRefuse(
    E.tryCatch(
      () => JSON.parse(text) as unknown,
      () => wrongInput(`${called} is not JSON; it was not written by hograd`),
    ),
    (failure) => failure,
  );

/** A disk that has no room fails the work; any other place that takes no file is a wrong argument. */
const unwritten = (error: DataError): Failure =>
  error._tag === 'FileFailure' && ['ENOSPC', 'EDQUOT', 'EIO'].includes(error.code)
    ? failed(error.message)
    : wrongInput(error.message);

/** What `write` gives, which writes `path` in its own way. Refuses, with the path, what the system does not let it write. */
export const writing = async <A>(path: string, write: () => Promise<A>): Promise<A> =>
  orRefuse(await TE.tryCatch(write, systemError('write', path))(), unwritten);

/** Writes bytes whole or not at all. */
export const writeBinary = async (path: string, bytes: Uint8Array): Promise<void> => {
  orRefuse(await writeBytes(path)(bytes)(), unwritten);
};

/** Writes text whole or not at all. */
export const writeText = (path: string, text: string): Promise<void> =>
  writeBinary(path, new TextEncoder().encode(text));

/** A folder to write into, with those above it. */
export const openFolder = async (path: string): Promise<void> => {
  orRefuse(await makeFolder(path)(), unwritten);
};
