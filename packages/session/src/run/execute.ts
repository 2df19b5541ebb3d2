/** One run of a session whose feeds and fetches have been checked. */

import * as TE from 'fp-ts/lib/TaskEither.js';
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from '../device.js';
import type { SessionError } from '../error.js';
import { END, isEnd } from '../inPlace.js';
import type { Runtime } from '../runtime.js';
import { runtimeMessage } from '../runtimeMessage.js';
import { isNames, type Tensors } from './checkFeeds.js';
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

const unlessEnd = (error: unknown): void => {
  if (!isEnd(error)) throw error;
};

/** What a run must know of its session. */
interface Made {
  readonly chosen: Device;
  readonly inPlace: boolean;
}

/** Results by name; where `fetches` are tensors, those very tensors. */
export const execute = (
  runtime: Runtime,
  session: InferenceSession,
  { chosen, inPlace }: Made,
  feeds: Tensors,
  fetches: readonly string[] | Tensors,
): TE.TaskEither<SessionError, Tensors> =>
  TE.tryCatch(async () => {
    const given = toRuntime(runtime, feeds);
    if (isNames(fetches)) return fetches.length === 0 ? {} : fromRuntime(await session.run(given, fetches));
    const targets = toRuntime(runtime, fetches);
    if (!inPlace) await session.run(given, targets);
    else await session.run(given, { [END]: null, ...targets }).catch(unlessEnd);
    return fetches;
  }, runError(chosen));
