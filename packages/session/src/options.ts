/** How a session is to be opened. */

import { type OptionNames, unknownOption } from '@hograd/graph-builder/options';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { Device } from './device.js';
import { FASTEST_FIRST } from './device.js';
import type { SessionError } from './error.js';
import { defaultThreads, MOST_THREADS } from './threads.js';

/** How far onnxruntime may rewrite the graph before it runs. */
export type Optimization = 'all' | 'extended' | 'basic' | 'disabled';

/** The severities of ONNX Runtime's log, from the most talkative. */
export type LogSeverity = 'verbose' | 'info' | 'warning' | 'error' | 'fatal';

/** Options of `openSession`. */
export interface SessionOptions {
  /** `cpu` unless said. `auto` takes the first of cuda, webgpu and cpu that works, and the report says why not the others. */
  readonly device?: Device | 'auto';
  /** Threads within one operator on the CPU, 1 to 1024; one a physical core unless said. */
  readonly threads?: number;
  /**
   * `all` unless said. At every level float64 models are spared the fusions that round constants to float32, and `basic` is taken
   * where a fused operator lacks a kernel; the report says so.
   */
  readonly optimization?: Optimization;
  /**
   * Write results that are to go into given tensors there alone, without the copy that onnxruntime-node makes of each: for loops whose results are
   * large, as gradients are. False unless said. On the CPU, for models given as bytes, of opset 11 or later; `report.inPlace` says
   * whether it is so. Numbers are the same with it and without.
   */
  readonly inPlace?: boolean;
  /** A path prefix: every run is timed, and endProfiling writes PREFIX_TIME.json (Chrome trace format). */
  readonly profile?: string;
  /**
   * What onnxruntime itself prints on standard error; `fatal` unless said, since its errors are returned as values. Messages that
   * belong to no session keep the severity of the first session of the process.
   */
  readonly logSeverity?: LogSeverity;
}

export interface Settings {
  readonly device: Device | 'auto';
  readonly threads: number;
  readonly optimization: Optimization;
  readonly inPlace: boolean;
  readonly profile?: string;
  readonly logSeverity: LogSeverity;
}

const OPTIMIZATIONS: readonly Optimization[] = ['all', 'extended', 'basic', 'disabled'];

/** In onnxruntime's numbering, from 0. */
export const LOG_SEVERITIES: readonly LogSeverity[] = ['verbose', 'info', 'warning', 'error', 'fatal'];

const oneOf = (option: string, value: string, known: readonly string[]): SessionError | undefined =>
  known.includes(value)
    ? undefined
    : { _tag: 'InvalidOption', message: `${option} is "${value}"; it must be one of ${known.join(', ')}`, option };

const KNOWN: OptionNames<SessionOptions> = {
  device: true,
  threads: true,
  optimization: true,
  inPlace: true,
  profile: true,
  logSeverity: true,
};

/** The names of all options. */
export const SESSION_OPTIONS = Object.keys(KNOWN) as readonly (keyof SessionOptions)[];

/** The options with their defaults. Refuses names that there are not (UnknownOption) and values outside their ranges (InvalidOption). */
export const settingsOf = (options: SessionOptions): Either<SessionError, Settings> => {
  const unknown = unknownOption(options, KNOWN);
  if (unknown) return left({ _tag: 'UnknownOption', ...unknown });
  const settings: Settings = {
    device: options.device ?? 'cpu',
    threads: options.threads ?? defaultThreads(),
    optimization: options.optimization ?? 'all',
    inPlace: options.inPlace ?? false,
    logSeverity: options.logSeverity ?? 'fatal',
    ...(options.profile !== undefined && { profile: options.profile }),
  };
  const wrong =
    oneOf('device', settings.device, [...FASTEST_FIRST, 'auto']) ??
    oneOf('optimization', settings.optimization, OPTIMIZATIONS) ??
    oneOf('logSeverity', settings.logSeverity, LOG_SEVERITIES);
  if (wrong) return left(wrong);
  if (!Number.isInteger(settings.threads) || settings.threads < 1 || settings.threads > MOST_THREADS) {
    const message = `threads is ${settings.threads}; give a whole number from 1 to ${MOST_THREADS}`;
    return left({ _tag: 'InvalidOption', message, option: 'threads' });
  }
  if (settings.profile === '') {
    return left({ _tag: 'InvalidOption', message: 'profile is empty; give a path prefix', option: 'profile' });
  }
  return right(settings);
};
