/** The files that commands read and write; one that cannot be is refused in a line that names it. */

import { makeFolder, readBytes, writeBytes } from '@hograd/data';
import { orRefuse, wrongInput } from './failure.js';

/** The text of a file. */
export const readText = async (path: string): Promise<string> =>
  new TextDecoder().decode(orRefuse(await readBytes(path)(), (e) => wrongInput(e.message)));

/** Writes bytes whole or not at all. */
export const writeBinary = async (path: string, bytes: Uint8Array): Promise<void> => {
  orRefuse(await writeBytes(path)(bytes)(), (e) => wrongInput(e.message));
};

/** Writes text whole or not at all. */
export const writeText = (path: string, text: string): Promise<void> =>
  writeBinary(path, new TextEncoder().encode(text));

/** A folder to write into, with those above it. */
export const openFolder = async (path: string): Promise<void> => {
  orRefuse(await makeFolder(path)(), (e) => wrongInput(e.message));
};
