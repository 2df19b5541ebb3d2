/** A session: a model loaded on a device, run by named tensors. Every failure is a value. */

import { availableParallelism } from 'node:os';
import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as ort from 'onnxruntime-node';
import { BY_SPEED, cureOf, type Device } from './device.js';
import type { SessionError } from './error.js';
import { checkFeeds, fromRuntime, type Port } from './feeds.js';

export interface SessionOptions {
  /** Where to run (default `cpu`). `auto` tries cuda, webgpu and cpu in this order; a named device is used or refused. */
  readonly device?: Device | 'auto';
  /** Threads inside an operator on the CPU (default: as many as the process may use). */
  readonly threads?: number;
  /** ONNX Runtime's graph optimisation (default `all`). */
  readonly optimization?: 'all' | 'extended' | 'basic' | 'disabled';
  /** Path prefix of ONNX Runtime's profile; none is written without it. */
  readonly profile?: string;
}

/** Which device was asked for, which were tried, and which one the session was created on. */
export interface SessionReport {
  readonly requested: Device | 'auto';
  readonly tried: readonly { readonly device: Device; readonly error?: string }[];
  readonly device: Device;
  readonly threads: number;
  readonly runtime: string;
}

export interface Session {
  /**
   * The device whose provider the session was created with. Operators that the provider has no kernel for run on the CPU;
   * a profile says which.
   */
  readonly device: Device;
  readonly report: SessionReport;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Outputs (default all) from feeds, all by name. Fails on missing, unknown or unfit feeds, naming the first. */
  readonly run: (
    feeds: Readonly<Record<string, Tensor>>,
    outputs?: readonly string[],
  ) => TE.TaskEither<SessionError, Readonly<Record<string, Tensor>>>;
  /** Frees the model's memory; later runs fail with `Released`. */
  readonly release: () => TE.TaskEither<SessionError, void>;
  /** Ends profiling and writes the profile that `profile` asked for. */
  readonly endProfiling: () => void;
}

const firstLine = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;

const ports = (metadata: readonly ort.InferenceSession.ValueMetadata[]): readonly Port[] =>
  metadata.map((m) => ({ name: m.name, dtype: m.isTensor ? m.type : 'sequence', shape: m.isTensor ? m.shape : [] }));

const create = (
  model: Uint8Array | string,
  device: Device,
  options: SessionOptions,
  threads: number,
): Promise<ort.InferenceSession> => {
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: options.optimization ?? 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(options.profile !== undefined && { enableProfiling: true, profileFilePrefix: options.profile }),
  };
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, settings)
    : ort.InferenceSession.create(model, settings);
};

const isProviderProblem = (device: Device, message: string): boolean =>
  device !== 'cpu' && /provider|backend|cuda|webgpu|vulkan|dawn|adapter|library/i.test(message);

const wrap = (session: ort.InferenceSession, report: SessionReport): Session => {
  let released = false;
  const inputs = ports(session.inputMetadata);
  const outputs = ports(session.outputMetadata);
  const gone: SessionError = { _tag: 'Released', message: 'the session was released; open another one' };
  return {
    device: report.device,
    report,
    inputs,
    outputs,
    run: (feeds, wanted) => async () => {
      if (released) return E.left(gone);
      const unknown = wanted?.find((name) => !outputs.some((o) => o.name === name));
      if (unknown !== undefined) {
        return E.left({
          _tag: 'UnknownOutput',
          output: unknown,
          message: `the model has no output "${unknown}"; it has ${outputs.map((o) => `"${o.name}"`).join(', ')}`,
        });
      }
      const checked = checkFeeds(inputs)(feeds);
      if (E.isLeft(checked)) return checked;
      try {
        const results = wanted ? await session.run(checked.right, [...wanted]) : await session.run(checked.right);
        return E.right(
          Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromRuntime(value as ort.Tensor)])),
        );
      } catch (cause) {
        return E.left({ _tag: 'RunFailed', message: `ONNX Runtime failed on ${report.device}: ${firstLine(cause)}` });
      }
    },
    release: () => async () => {
      if (released) return E.left(gone);
      released = true;
      try {
        await session.release();
        return E.right(undefined);
      } catch (cause) {
        return E.left({ _tag: 'RunFailed', message: `the session could not be released: ${firstLine(cause)}` });
      }
    },
    endProfiling: () => session.endProfiling(),
  };
};

/**
 * Loads a model (an ONNX file's bytes, or its path). A named device that cannot be had is an error, never a silent
 * fallback; `auto` falls back and its report says why.
 */
export const openSession =
  (model: Uint8Array | string, options: SessionOptions = {}): TE.TaskEither<SessionError, Session> =>
  async () => {
    const requested = options.device ?? 'cpu';
    const threads = options.threads ?? availableParallelism();
    const tried: { device: Device; error?: string }[] = [];
    for (const device of requested === 'auto' ? BY_SPEED : [requested]) {
      try {
        const session = await create(model, device, options, threads);
        tried.push({ device });
        return E.right(
          wrap(session, { requested, tried, device, threads, runtime: ort.env.versions.node ?? 'unknown' }),
        );
      } catch (cause) {
        const error = firstLine(cause);
        tried.push({ device, error });
        if (requested === 'auto' && device !== 'cpu') continue;
        return isProviderProblem(device, error)
          ? E.left({
              _tag: 'ProviderUnavailable',
              device,
              message: `device "${device}" cannot be used: ${error}; ${cureOf[device]}`,
            })
          : E.left({ _tag: 'InvalidModel', message: `ONNX Runtime cannot load the model: ${error}` });
      }
    }
    return E.left({ _tag: 'ProviderUnavailable', device: 'cpu', message: `no device could be used; ${cureOf.cpu}` });
  };

/** Opens a session, uses it, and releases it whatever happens. */
export const withSession = <A>(
  model: Uint8Array | string,
  options: SessionOptions,
  use: (session: Session) => TE.TaskEither<SessionError, A>,
): TE.TaskEither<SessionError, A> => TE.bracket(openSession(model, options), use, (session) => session.release());
