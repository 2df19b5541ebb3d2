/** Brings onnxruntime's CUDA provider next to the installed onnxruntime-node. */

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { oneLine } from '../runtimeMessage.js';
import {
  absentLibraries,
  bindingFolder,
  CUDA_LIBRARIES,
  hasCudaBuild,
  runtimeFolder,
  unresolvedLibraries,
} from './libraries.js';

/**
 * Where the libraries come from: onnxruntime-node's own installer (NuGet, built for CUDA 12); the PyPI wheel
 * onnxruntime-gpu of the same version, fetched by pip or at hand as a file (1.30 is built for CUDA 13); or a folder that has them.
 */
export type CudaSource =
  | { readonly _tag: 'nuget' }
  | { readonly _tag: 'pip' }
  | { readonly _tag: 'wheel'; readonly file: string }
  | { readonly _tag: 'folder'; readonly path: string };

/** Why the CUDA provider is not there after all; nothing is left half written. */
export type CudaInstallError =
  | { readonly _tag: 'UnsupportedPlatform'; readonly message: string }
  /** A wheel of another version: its libraries would not fit the binding. */
  | { readonly _tag: 'WrongVersion'; readonly message: string }
  /** The source could not be reached or read, or lacks a library. */
  | { readonly _tag: 'SourceFailed'; readonly message: string }
  | { readonly _tag: 'WriteFailed'; readonly message: string };

/** What was installed, and where. */
export interface CudaInstalled {
  readonly folder: string;
  readonly libraries: readonly string[];
  /** Shared libraries of CUDA that the provider needs and the loader does not find yet. */
  readonly unresolved: readonly string[];
}

const run = promisify(execFile);

const runtimeVersion = (): string =>
  (createRequire(import.meta.url)(join(runtimeFolder(), 'package.json')) as { readonly version: string }).version;

const reason = (error: unknown): string => {
  const { message, stderr } = error as { readonly message: string; readonly stderr?: string };
  const said = (stderr ?? '')
    .split('\n')
    .map(oneLine)
    .filter((line) => /error/i.test(line))
    .at(-1);
  return said ?? oneLine(message);
};

const sourceFailed =
  (what: string) =>
  (error: unknown): CudaInstallError => ({ _tag: 'SourceFailed', message: `${what}: ${reason(error)}` });

const writeFailed =
  (into: string) =>
  (error: unknown): CudaInstallError => ({
    _tag: 'WriteFailed',
    message: `the libraries cannot be written to ${into}: ${reason(error)}; check the folder and its permissions`,
  });

/**
 * Libraries, each by what writes it into a file: all of them under other names first, so that a copy that fails or is interrupted leaves
 * no half library behind, and none beside one of another version.
 */
const place = (
  into: string,
  libraries: ReadonlyMap<string, (file: string) => Promise<void>>,
): TE.TaskEither<CudaInstallError, readonly string[]> =>
  TE.tryCatch(async () => {
    const partial = (name: string): string => join(into, `${name}.partial`);
    try {
      for (const [name, write] of libraries) await write(partial(name));
      for (const name of libraries.keys()) await rename(partial(name), join(into, name));
      return [...libraries.keys()];
    } catch (cause) {
      for (const name of libraries.keys()) await rm(partial(name), { force: true });
      throw cause;
    }
  }, writeFailed(into));

const fromFolder = (path: string, into: string): TE.TaskEither<CudaInstallError, readonly string[]> =>
  pipe(
    TE.tryCatch(() => readdir(path), sourceFailed(`the folder "${path}" cannot be read`)),
    TE.filterOrElse(
      (files) => CUDA_LIBRARIES.every((name) => files.includes(name)),
      (files): CudaInstallError => {
        const absent = CUDA_LIBRARIES.filter((name) => !files.includes(name));
        return { _tag: 'SourceFailed', message: `the folder "${path}" has no ${absent.join(' and no ')}` };
      },
    ),
    TE.chain(() =>
      place(into, new Map(CUDA_LIBRARIES.map((name) => [name, (file) => copyFile(join(path, name), file)]))),
    ),
  );

const checkWheelVersion = (file: string): TE.TaskEither<CudaInstallError, null> => {
  const version = /^onnxruntime_gpu-([^-]+)-/.exec(basename(file))?.[1];
  if (version === runtimeVersion()) return TE.right(null);
  const found = version === undefined ? 'is no onnxruntime-gpu wheel by its name' : `is version ${version}`;
  const message = `"${basename(file)}" ${found}; onnxruntime-node is ${runtimeVersion()}, take onnxruntime_gpu-${runtimeVersion()}-…manylinux…x86_64.whl`;
  return TE.left({ _tag: 'WrongVersion', message });
};

const unpack = async (file: string): Promise<ReadonlyMap<string, Uint8Array>> => {
  const entries = unzipSync(await readFile(file), { filter: ({ name }) => CUDA_LIBRARIES.includes(basename(name)) });
  const libraries = new Map(Object.entries(entries).map(([name, data]) => [basename(name), data]));
  const absent = CUDA_LIBRARIES.filter((name) => !libraries.has(name));
  if (absent.length > 0) throw new Error(`it has no ${absent.join(' and no ')}`);
  return libraries;
};

const fromWheel = (file: string, into: string): TE.TaskEither<CudaInstallError, readonly string[]> =>
  pipe(
    checkWheelVersion(file),
    TE.chain(() => TE.tryCatch(() => unpack(file), sourceFailed(`the wheel "${file}" cannot be read`))),
    TE.chain((libraries) =>
      place(into, new Map([...libraries].map(([name, data]) => [name, (file) => writeFile(file, data)]))),
    ),
  );

/** The wheel of any Python will do: the two libraries in it are the same. */
const download = async (folder: string): Promise<string> => {
  const python = ['--python-version', '3.12', '--platform', 'manylinux_2_28_x86_64', '--only-binary=:all:'];
  const wheel = `onnxruntime-gpu==${runtimeVersion()}`;
  await run('python3', ['-m', 'pip', 'download', '--no-deps', '--quiet', ...python, '-d', folder, wheel]);
  return join(folder, (await readdir(folder)).find((name) => name.endsWith('.whl'))!);
};

const fromPip = (into: string): TE.TaskEither<CudaInstallError, readonly string[]> =>
  TE.bracket(
    TE.tryCatch(() => mkdtemp(join(tmpdir(), 'hograd-cuda-')), sourceFailed('no temporary folder')),
    (folder) =>
      pipe(
        TE.tryCatch(() => download(folder), sourceFailed('pip cannot fetch onnxruntime-gpu')),
        TE.chain((wheel) => fromWheel(wheel, into)),
      ),
    (folder) => TE.tryCatch(() => rm(folder, { recursive: true, force: true }), sourceFailed('no temporary folder')),
  );

/** `true` and not `cuda12`: the installer of 1.30 drops a name, and then does nothing when npm runs it in a workspace. */
const fromNuget: TE.TaskEither<CudaInstallError, readonly string[]> = pipe(
  TE.tryCatch(
    () =>
      run(process.execPath, [join(runtimeFolder(), 'script', 'install.js')], {
        env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' },
      }),
    (error): CudaInstallError => ({
      _tag: 'SourceFailed',
      message: `onnxruntime-node's installer failed: ${reason(error)}; it fetches from api.nuget.org. Where that is out of reach use --pip, --wheel FILE or --from FOLDER`,
    }),
  ),
  TE.filterOrElse(
    () => absentLibraries(bindingFolder()).length === 0,
    (): CudaInstallError => ({
      _tag: 'SourceFailed',
      message: `onnxruntime-node's installer ran and left no ${absentLibraries(bindingFolder()).join(', ')}`,
    }),
  ),
  TE.map(() => CUDA_LIBRARIES),
);

const copyFrom = (source: CudaSource, into: string): TE.TaskEither<CudaInstallError, readonly string[]> => {
  switch (source._tag) {
    case 'nuget':
      return fromNuget;
    case 'pip':
      return fromPip(into);
    case 'wheel':
      return fromWheel(source.file, into);
    case 'folder':
      return fromFolder(source.path, into);
  }
};

/**
 * Puts the CUDA provider's libraries beside onnxruntime-node's binding (or into the folder `into`; NuGet's installer knows only
 * the former), replacing what is there. Nothing else changes: where there is no GPU everything else works as before, and
 * `npm ci` removes them again. Linux x64 only.
 */
export const installCuda = (
  source: CudaSource,
  into: string = bindingFolder(),
): TE.TaskEither<CudaInstallError, CudaInstalled> =>
  hasCudaBuild()
    ? pipe(
        copyFrom(source, into),
        TE.map((libraries) => ({ folder: into, libraries, unresolved: unresolvedLibraries(into) })),
      )
    : TE.left({
        _tag: 'UnsupportedPlatform',
        message: `onnxruntime-node has a CUDA provider for Linux x64 only, this is ${process.platform} ${process.arch}; use device webgpu or cpu`,
      });
