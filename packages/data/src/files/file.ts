/** Files in and out, with failures as values. */

import { randomUUID } from 'node:crypto';
import { existsSync, type Stats } from 'node:fs';
import { mkdir, open, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DataError, type FileFailure, type FileNotFound, wrongFormat } from '../errors.js';

const SYSTEM_REASONS: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder, give a file',
  EEXIST: 'it is a file, give a folder',
  ELOOP: 'its symbolic links lead round in a circle; correct one of them',
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

/** What is open in a process has no name to take: the link leads to the file it had when it was opened. */
const DESCRIPTOR = /^\/(dev\/(stdin|stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

/** Where a path leads through links, also to a file that is not there yet; up to a descriptor. */
const linkedPath = async (path: string): Promise<string> => {
  if (DESCRIPTOR.test(path)) return path;
  // Whatever else is wrong with a path that is no link, opening it says.
  const link = await readlink(path).catch(() => undefined);
  if (link === undefined) return path;
  // Not `resolve`: the system alone knows what ".." is behind a link.
  return linkedPath(isAbsolute(link) ? link : `${dirname(path)}/${link}`);
};

/** Where a path leads and what is there, if anything. */
const locate = async (path: string): Promise<{ readonly target: string; readonly there?: Stats }> => {
  // First, for it refuses links that lead round in a circle.
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
  return { target: await linkedPath(path), ...(there && { there }) };
};

/** Writes into a new file beside the path, which then takes its name; with a mode, where one is given. */
const replace = async (path: string, bytes: Uint8Array, mode?: number): Promise<void> => {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx', mode);
    try {
      // The process's mask has taken from the mode.
      if (mode !== undefined) await file.chmod(mode);
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
};

/**
 * Writes a file whole or not at all: into a new file beside it, flushed to the disk, which then takes its name and its mode. A
 * reader, or a process killed at any moment, sees the old bytes or the new ones. A symbolic link stays one: what it leads to is
 * written. A device, a pipe or a descriptor (/dev/stdout) takes the bytes as they come. Fails with FileNotFound (no such folder) or
 * FileFailure, which name what a link leads to.
 */
export const writeBytes =
  (path: string) =>
  (bytes: Uint8Array): TE.TaskEither<DataError, void> =>
    pipe(
      TE.tryCatch(() => locate(path), systemError('write', path)),
      TE.chain(({ target, there }) =>
        TE.tryCatch(
          () =>
            // Its name must stay what it is; a folder refuses.
            (there && !there.isFile()) || DESCRIPTOR.test(target)
              ? writeFile(target, bytes)
              : replace(target, bytes, there && there.mode & 0o7777),
          systemError('write', target),
        ),
      ),
    );
