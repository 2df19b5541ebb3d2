/** One onnxruntime session on one device: what it takes to get it, and what had to be given up for it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from './device.js';
import type { SessionError } from './error.js';
import { LOG_SEVERITIES, type Optimization, type Settings } from './options.js';
import { profilesOf } from './placement.js';
import { isProviderFailure, providerCure } from './providers.js';
import { ROUNDING_FUSIONS } from './roundingFusions.js';
import type { Runtime } from './runtime.js';
import { runtimeMessage } from './runtimeMessage.js';

/** An ONNX file's bytes, or its path. A path also finds tensors that the file keeps in other files beside it. */
export type Model = Uint8Array | string;

export interface Created {
  readonly session: InferenceSession;
  /** Is every node on the device? */
  readonly complete: boolean;
  readonly optimization: Optimization;
  /** Were the fusions that round constants to float32 left out? */
  readonly exact: boolean;
  /** Why not the optimization that was asked for. */
  readonly lowered?: string;
  /** The path prefix of the profile that this session writes, and the files with that prefix that were there before it. */
  readonly profile?: { readonly prefix: string; readonly earlier: readonly string[] };
  /** A folder to remove with the session: that of a profile which nobody asked for. */
  readonly temporary?: string;
}

/** Frees a session and what it wrote for itself. */
export const close = async ({ session, temporary }: Created): Promise<void> => {
  await session.release();
  if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
};

/** How far the graph may be rewritten. */
type Level = Pick<Created, 'optimization' | 'exact'>;

interface Attempt extends Level {
  /** Refuse rather than give nodes to the CPU. */
  readonly strict: boolean;
  readonly profile?: string;
}

const FALLBACK = /fallback to CPU EP has been explicitly disabled/;
const KERNEL =
  /(?:Failed to find kernel for|Could not find an implementation for) ([\w.]+)\(\d+\)(?: node with name '([^']*)'| \(node:'([^']*)')/;

const VERSION =
  /Unsupported model IR version: (\d+), max supported IR version: (\d+)|Opset (\d+) is under development.* is till opset (\d+)/;

const MEMORY = /bad_alloc|Failed to allocate memory/;

const attempt = (
  runtime: Runtime,
  model: Model,
  device: Device,
  settings: Settings,
  { optimization, exact, strict, profile }: Attempt,
): TE.TaskEither<string, InferenceSession> =>
  TE.tryCatch(() => {
    const options: InferenceSession.SessionOptions = {
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      intraOpNumThreads: settings.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // A plan of all allocations, made in the first run, keeps a block for itself beside the arena that the first run filled: twice
      // the memory, and no time gained.
      enableMemPattern: false,
      graphOptimizationLevel: optimization,
      logSeverityLevel: LOG_SEVERITIES.indexOf(settings.logSeverity) as 0 | 1 | 2 | 3 | 4,
      extra: {
        // Threads that wait for the next run keep a core busy for 45 ms, which another session's run then shares
        // (docs/ort-kernels.md, Sessions in turn); within a run they still do.
        session: { force_spinning_stop: '1', ...(strict && { disable_cpu_ep_fallback: '1' }) },
        ...(exact && { optimization: { disable_specified_optimizers: ROUNDING_FUSIONS.join(';') } }),
      },
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    };
    // One call a type: the overloads do not take their union.
    return typeof model === 'string'
      ? runtime.InferenceSession.create(model, options)
      : runtime.InferenceSession.create(model, options);
  }, runtimeMessage);

/**
 * Would fusions round this session's constants to float32? Bytes may not tell that a model is one of float64 (of a path, or of types that
 * onnxruntime infers); a session does.
 */
const rounds = ({ inputMetadata, outputMetadata }: InferenceSession, { optimization, exact }: Level): boolean =>
  !exact &&
  optimization !== 'disabled' &&
  [...inputMetadata, ...outputMetadata].some((value) => value.isTensor && value.type === 'float64');

/**
 * Without a profile first: onnxruntime writes one for every attempt, also for those that fail. Then again with one where the
 * caller wants it, or where nodes went to the CPU and only a profile can tell how many; and again without the fusions that round
 * where the session is found to need that.
 */
const place = (
  runtime: Runtime,
  model: Model,
  device: Device,
  settings: Settings,
  asked: Level,
): TE.TaskEither<string, Created> => {
  const create = (level: Level, strict: boolean, profile?: string) =>
    attempt(runtime, model, device, settings, { ...level, strict, ...(profile !== undefined && { profile }) });
  const instead = (
    session: InferenceSession,
    again: () => TE.TaskEither<string, Created>,
  ): TE.TaskEither<string, Created> =>
    pipe(
      TE.tryCatch(() => session.release(), runtimeMessage),
      TE.chain(again),
    );
  const profiled = (level: Level, complete: boolean, prefix: string): TE.TaskEither<string, Created> => {
    const earlier = profilesOf(prefix);
    return pipe(
      create(level, false, prefix),
      TE.chain((session) =>
        rounds(session, level)
          ? instead(session, () => profiled({ ...level, exact: true }, complete, prefix))
          : TE.right({ session, complete, ...level, profile: { prefix, earlier } }),
      ),
    );
  };
  const placed = (level: Level): TE.TaskEither<string, Created> =>
    pipe(
      create(level, device !== 'cpu'),
      TE.chain((session) => {
        if (rounds(session, level)) return instead(session, () => placed({ ...level, exact: true }));
        const { profile } = settings;
        return profile === undefined
          ? TE.right({ session, complete: true, ...level })
          : instead(session, () => profiled(level, true, profile));
      }),
    );
  return pipe(
    placed(asked),
    TE.orElse((message): TE.TaskEither<string, Created> => {
      if (!FALLBACK.test(message)) return TE.left(message);
      if (settings.profile !== undefined) return profiled(asked, false, settings.profile);
      return pipe(
        TE.tryCatch(() => mkdtemp(join(tmpdir(), 'hograd-profile-')), runtimeMessage),
        TE.chain((folder) =>
          pipe(
            profiled(asked, false, join(folder, 'run')),
            TE.map((created) => ({ ...created, temporary: folder })),
            TE.orElse((message) =>
              pipe(
                TE.tryCatch(
                  () => rm(folder, { recursive: true, force: true }),
                  () => message,
                ),
                TE.chain(() => TE.left(message)),
              ),
            ),
          ),
        ),
      );
    }),
  );
};

/** Is there anything fused in a session of this optimization? */
const fuses = (optimization: Optimization): boolean => optimization === 'all' || optimization === 'extended';

/**
 * A session on a device; `exact` leaves out the fusions that round constants to float32, which a session of float64 goes without in any case,
 * at the cost of another opening where that is not said. Some of onnxruntime's fused operators have no
 * kernel for a model's types (seen: QuickGelu, from x·sigmoid(αx), in float64): then the session is created without those
 * fusions, and where that is not enough with `basic` optimization.
 */
export const createOn = (
  runtime: Runtime,
  model: Model,
  device: Device,
  settings: Settings,
  exact = false,
): TE.TaskEither<SessionError, Created> => {
  const { optimization } = settings;
  const at = (level: Level) => place(runtime, model, device, settings, level);
  const whereFused =
    (retry: (operator: string) => TE.TaskEither<string, Created>) =>
    (message: string): TE.TaskEither<string, Created> => {
      const operator = KERNEL.exec(message)?.[1];
      return operator !== undefined && fuses(optimization) ? retry(operator) : TE.left(message);
    };
  return pipe(
    at({ optimization, exact }),
    TE.orElse(whereFused(() => at({ optimization, exact: true }))),
    TE.orElse(
      whereFused((operator) =>
        pipe(
          at({ optimization: 'basic', exact: true }),
          TE.map((created) => ({
            ...created,
            lowered: `the fused operator ${operator} has no kernel for the model's types`,
          })),
        ),
      ),
    ),
    TE.mapLeft((message) => creationError(device, message)),
  );
};

/** What onnxruntime threw as it opened a model, as the error of whatever it is about: provider, operator, version, memory or file. */
export const creationError = (device: Device, message: string): SessionError => {
  if (isProviderFailure(device, message)) {
    return { _tag: 'ProviderUnavailable', message: providerCure(device, message), device };
  }
  const kernel = KERNEL.exec(message);
  if (kernel) {
    const [, operator, named, fused] = kernel;
    const what = `${operator} (node "${named ?? fused}")`;
    const text = `the ${device} provider has no kernel for ${what} with its types; use float32 or another device`;
    return { _tag: 'UnsupportedModel', message: text, what: operator! };
  }
  const version = VERSION.exec(message);
  if (version) {
    const [, ir, mostIr, opset, mostOpset] = version;
    const what =
      ir === undefined
        ? `opset ${opset}, onnxruntime knows up to ${mostOpset}`
        : `IR version ${ir}, onnxruntime knows up to ${mostIr}`;
    return {
      _tag: 'UnsupportedModel',
      message: `the model is of ${what}; export it with an older opset`,
      what: 'version',
    };
  }
  if (MEMORY.test(message)) {
    const text = `there is not memory enough to open the model on ${device} (${message}); free some, or use fewer threads`;
    return { _tag: 'RunFailed', message: text };
  }
  const text = `onnxruntime refuses the model: ${message.replace(/\.$/, '')}; check that it is a complete ONNX file`;
  return { _tag: 'InvalidModel', message: text };
};
