/** One run of a session whose feeds and fetches have been checked. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from '../device.js';
import type { SessionError } from '../error.js';
import type { Runtime } from '../runtime.js';
import { runtimeMessage } from '../runtimeMessage.js';
import type { Tensors } from './checkFeeds.js';
import { fromRuntime, toRuntime } from './values.js';

const NODE = /^Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: (.*)$/;

const runError =
  (device: Device) =>
  (error: unknown): SessionError => {
    const message = runtimeMessage(error);
    const found = NODE.exec(message);
    if (!found) return { _tag: 'RunFailed', message: `the run failed on ${device}: ${message}` };
    const [, operator, node, why] = found;
    return { _tag: 'RunFailed', message: `${operator} (node "${node}") failed on ${device}: ${why}`, node: node! };
  };

/** Results by name; where `fetches` are tensors, those very tensors. */
export const execute = (
  runtime: Runtime,
  session: InferenceSession,
  device: Device,
  feeds: Tensors,
  fetches: readonly string[] | Tensors,
): TE.TaskEither<SessionError, Tensors> =>
  pipe(
    TE.tryCatch(() => {
      const given = toRuntime(runtime, feeds);
      return Array.isArray(fetches)
        ? session.run(given, fetches as readonly string[])
        : session.run(given, toRuntime(runtime, fetches as Tensors));
    }, runError(device)),
    TE.map((results) => (Array.isArray(fetches) ? fromRuntime(results) : (fetches as Tensors))),
  );
