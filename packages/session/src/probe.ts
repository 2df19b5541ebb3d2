/** What runs on this machine. */

import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SessionError } from './error.js';
import { type Settings, settingsOf } from './options.js';
import { listProviders, obstacleOf, type Provider } from './providers.js';
import { loadRuntime, type Runtime } from './runtime.js';
import { selfTest } from './selfTest.js';

/** Of a provider that works: how far its tanh(x·w) in float32 is from float64 at most. Of one that does not: why. */
export interface ProbedProvider extends Provider {
  readonly works: boolean;
  readonly maxDifference?: number;
  readonly error?: string;
}

/** What this machine has, and which of its execution providers compute correctly. */
export interface Probe {
  readonly ortVersion: string;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly threads: number;
  /** Fastest first. */
  readonly providers: readonly ProbedProvider[];
}

const probeProvider =
  (runtime: Runtime, settings: Settings) =>
  (provider: Provider): T.Task<ProbedProvider> => {
    const { device } = provider;
    const obstacle = obstacleOf(device);
    if (obstacle !== undefined) return T.of({ ...provider, works: false, error: obstacle });
    return pipe(
      selfTest(runtime, device, settings),
      TE.match(
        ({ message }): ProbedProvider => ({ ...provider, works: false, error: message }),
        (maxDifference): ProbedProvider => ({ ...provider, works: true, maxDifference }),
      ),
    );
  };

/**
 * Runs a self-test on every provider that onnxruntime-node knows here. Left only with RuntimeUnavailable; a provider that does not
 * work is part of the answer.
 */
export const probe: TE.TaskEither<SessionError, Probe> = pipe(
  TE.Do,
  TE.bind('settings', () => TE.fromEither(settingsOf({}))),
  TE.bind('runtime', () => loadRuntime),
  TE.bind('listed', () => listProviders),
  TE.bind('providers', ({ runtime, settings, listed }) => {
    runtime.env.logLevel = settings.logSeverity;
    return TE.fromTask(T.traverseSeqArray(probeProvider(runtime, settings))(listed));
  }),
  TE.map(({ settings, runtime, providers }) => ({
    ortVersion: runtime.env.versions.node ?? runtime.env.versions.common,
    nodeVersion: process.version,
    platform: `${process.platform} ${process.arch}`,
    threads: settings.threads,
    providers,
  })),
);
