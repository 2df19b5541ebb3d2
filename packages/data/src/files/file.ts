/** Files in and out, with failures as values. */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DataError, type FileFailure, type FileNotFound, wrongFormat } from '../errors.js';

const SYSTEM_REASONS: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder, give a file',
  EEXIST: 'it is a file, give a folder',
  ENOTDIR: 'part of the path is a file, not a folder',
  ENOSPC: 'the disk is full; make room on it, or write elsewhere',
  EDQUOT: 'the disk quota is used up; make room, or write elsewhere',
  EROFS: 'the disk is read-only; write elsewhere',
};

/** A failed system call on a path as a value, for what reads or writes a file in its own way. */
export const systemError =
  (verb: 'read' | 'write', path: string) =>
  (cause: unknown): FileNotFound | FileFailure => {
    const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
    // Of a path that ends in a separator it is the folder itself that a file would be in.
    const folder = dirname(`${path}.`);
    if (code === 'ENOENT' && verb === 'write' && existsSync(folder)) {
      const message = `cannot write ${path}: the folder ${folder} takes no new files; write elsewhere`;
      return { _tag: 'FileFailure', path, code, message };
    }
    if (code === 'ENOENT') {
      const message =
        verb === 'read'
          ? `${path} does not exist; check the path`
          : `cannot write ${path}: there is no folder ${folder}; create it`;
      return { _tag: 'FileNotFound', path, message };
    }
    return { _tag: 'FileFailure', path, code, message: `cannot ${verb} ${path}: ${SYSTEM_REASONS[code] ?? message}` };
  };

/** The bytes of a file, as they are on the disk. Fails with FileNotFound or FileFailure. */
export const readBytes = (path: string): TE.TaskEither<DataError, Uint8Array> =>
  TE.tryCatch(() => readFile(path), systemError('read', path));

/** The names in a folder, sorted. Fails with FileNotFound or FileFailure. */
export const readFolder = (path: string): TE.TaskEither<DataError, readonly string[]> =>
  pipe(
    TE.tryCatch(() => readdir(path), systemError('read', path)),
    TE.map((names) => names.sort()),
  );

export const isFolder = (path: string): TE.TaskEither<DataError, boolean> =>
  TE.tryCatch(async () => (await stat(path)).isDirectory(), systemError('read', path));

/** Not `mkdir`'s own recursion, which never ends where a folder that is there takes none inside (/proc). */
const makeFolders = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) throw cause;
    await makeFolders(above);
    await mkdir(path).catch((again) => {
      // Another process was faster.
      if (again.code !== 'EEXIST') throw again;
    });
  }
};

/** A folder and those above it, made where they are not there. Fails with FileFailure: a file is in the way, no permission. */
export const makeFolder = (path: string): TE.TaskEither<DataError, void> =>
  TE.tryCatch(() => makeFolders(resolve(path)), systemError('write', path));

const decompress = promisify(gunzip);

/**
 * Bytes as they are, or decompressed where they begin like gzip's. Fails with WrongFormat where they are damaged or cut
 * off.
 */
export const gunzipped =
  (source: string) =>
  (bytes: Uint8Array): TE.TaskEither<DataError, Uint8Array> =>
    bytes[0] === 0x1f && bytes[1] === 0x8b
      ? TE.tryCatch(
          () => decompress(bytes),
          (cause) => wrongFormat(source, 'a whole gzip file', (cause as Error).message, 'fetch it again'),
        )
      : TE.right(bytes);

/**
 * Writes a file whole or not at all: into a new file beside it, flushed to the disk, which then takes its name. A
 * reader, or a process killed at any moment, sees the old bytes or the new ones. A device or a pipe (/dev/stdout) takes the bytes as they
 * come. Fails with FileNotFound (no such folder) or FileFailure.
 */
export const writeBytes =
  (path: string) =>
  (bytes: Uint8Array): TE.TaskEither<DataError, void> =>
    TE.tryCatch(
      async () => {
        const there = await stat(path).catch(() => undefined);
        // Its name must stay what it is; a folder refuses.
        if (there && !there.isFile()) return writeFile(path, bytes);
        const unfinished = `${path}.${randomUUID()}.tmp`;
        try {
          const file = await open(unfinished, 'wx');
          try {
            await file.writeFile(bytes);
            await file.sync();
          } finally {
            await file.close();
          }
          await rename(unfinished, path);
        } catch (cause) {
          await rm(unfinished, { force: true });
          throw cause;
        }
      },
      systemError('write', path),
    );
