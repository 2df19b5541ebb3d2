/** Files that grow by one JSON document a line: whoever is killed while writing may tear the last one. */

import { truncate } from 'node:fs/promises';
import { bytesIfAny, jsonIn, textIfAny, writing } from './files.js';

const NEWLINE = 0x0a;

/** A document's line. */
export const lineOf = (document: object): string => `${JSON.stringify(document)}\n`;

/** The documents of a file, but for a last one that is torn; none where there is no file. Refuses any other line that is no JSON. */
export const readLines = async <T>(path: string): Promise<readonly T[]> =>
  ((await textIfAny(path)) ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line, i) => jsonIn(line, `line ${i + 1} of ${path}`) as T);

/** Cuts off a last line that is torn, so that what is appended begins one; nothing is done where there is no file. */
export const mendLines = async (path: string): Promise<void> => {
  const bytes = (await bytesIfAny(path)) ?? new Uint8Array();
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  if (whole < bytes.length) await writing(path, () => truncate(path, whole));
};
