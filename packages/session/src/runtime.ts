/** onnxruntime-node, loaded when first needed. */

import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { tryCatch } from 'fp-ts/lib/TaskEither.js';
import type { SessionError } from './error.js';
import { oneLine } from './runtimeMessage.js';

export type Runtime = typeof import('onnxruntime-node');

/**
 * Loads the native binding. Left with RuntimeUnavailable where there is none for this platform. An import at the top of the
 * module would throw there, before anyone could answer.
 */
export const loadRuntime: TaskEither<SessionError, Runtime> = tryCatch(
  () => import('onnxruntime-node'),
  (error) => ({
    _tag: 'RuntimeUnavailable',
    message: `onnxruntime-node does not load on ${process.platform} ${process.arch}: ${oneLine((error as Error).message)}; it has binaries for Linux with glibc (x64, arm64), macOS (arm64) and Windows (x64, arm64)`,
  }),
);
