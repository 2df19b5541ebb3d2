/** The files of onnxruntime's CUDA provider, which npm does not carry. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const CUDA_LIBRARIES: readonly string[] = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
];

/** The platform that onnxruntime-node has a CUDA provider for. */
export const hasCudaBuild = (): boolean => process.platform === 'linux' && process.arch === 'x64';

/** The installed onnxruntime-node. */
export const runtimeFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));

/** Where its native binding lies, and where the provider's libraries must lie. */
export const bindingFolder = (): string => join(runtimeFolder(), 'bin', 'napi-v6', process.platform, process.arch);

/** Those of the provider's libraries that are not there. */
export const absentLibraries = (folder: string): readonly string[] =>
  CUDA_LIBRARIES.filter((name) => !existsSync(join(folder, name)));

/** Shared libraries that the provider needs and the loader does not find; empty also where `ldd` cannot be asked. */
export const unresolvedLibraries = (folder: string): readonly string[] => {
  try {
    const listing = execFileSync('ldd', [join(folder, 'libonnxruntime_providers_cuda.so')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...listing.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name!);
  } catch {
    return [];
  }
};
