/** A model that is loaded on a device. */

import { rm } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Created, close } from './create.js';
import type { Device } from './device.js';
import type { SessionError } from './error.js';
import type { Optimization } from './options.js';
import { type NodesByDevice, nodesInProfile, type Placement, profilesOf } from './placement.js';
import { checkFeeds, checkFetches, checkTargets, isNames, type Tensors } from './run/checkFeeds.js';
import { execute } from './run/execute.js';
import type { Runtime } from './runtime.js';
import { runtimeMessage } from './runtimeMessage.js';
import type { Port } from './signature.js';

/** What became of an attempt to use a device; without `error` it is the one the session is on. */
export interface Tried {
  readonly device: Device;
  readonly error?: string;
}

/** How a session came to be as it is: what was asked for, tried and chosen. */
export interface SessionReport {
  readonly requested: Device | 'auto';
  /** In the order of the attempts. */
  readonly tried: readonly Tried[];
  readonly chosen: Device;
  readonly threads: number;
  /** Are results written into given tensors without another copy (the option `inPlace`)? */
  readonly inPlace: boolean;
  readonly optimization: {
    readonly requested: Optimization;
    readonly used: Optimization;
    /** Why `used` is not `requested`. */
    readonly reason?: string;
    /** onnxruntime's names of the fusions that were left out because they round constants to float32: of float64 models. */
    readonly withheld?: readonly string[];
  };
  readonly ortVersion: string;
}

/** A profile that has been written. */
export interface Profile {
  /** Chrome trace format: open it in chrome://tracing or Perfetto. */
  readonly file: string;
  readonly nodes: NodesByDevice;
}

/** A model that is ready to run. */
export interface Session {
  /**
   * The device whose execution provider has the model. Where `placement().complete` is false it does not have all of it:
   * onnxruntime gave some nodes to the CPU.
   */
  readonly device: Device;
  readonly report: SessionReport;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly placement: () => Placement;
  /**
   * Computes outputs from feeds: all of them, those named, or those for which tensors are given, which are then written
   * into and returned (their shapes must be the results'). A loop whose results are large gives those of the turn before and
   * opens with `inPlace`, which spares a copy of each. Feeds are read in place. The work is done synchronously on the calling
   * thread once the task starts: put long runs in a worker thread if something else must stay responsive. Left with MissingFeed,
   * UnknownFeed, UnknownFetch, WrongDtype, WrongShape, RunFailed or Released. Values are not looked at: a NaN goes through.
   */
  readonly run: (feeds: Tensors, fetches?: readonly string[] | Tensors) => TE.TaskEither<SessionError, Tensors>;
  /** Ends the profile that the option `profile` asked for and says where it is. Left with NotProfiling without that option. */
  readonly endProfiling: () => TE.TaskEither<SessionError, Profile>;
  /** Frees the model's memory. Runs after it are refused (Released); releasing again does nothing. */
  readonly release: () => TE.TaskEither<SessionError, void>;
}

export interface Opened {
  readonly runtime: Runtime;
  readonly created: Created;
  readonly report: SessionReport;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

const released: SessionError = { _tag: 'Released', message: 'the session has been released; open another one' };

export const makeSession = ({ runtime, created, report, inputs, outputs }: Opened): Session => {
  const { session, complete, profile, temporary } = created;
  // A profile that nobody asked for is read for the placement and thrown away.
  const ownProfile = temporary === undefined;
  // The only state: what has been given back, and what the first run told.
  let open = true;
  let profiling = profile !== undefined;
  let nodes: NodesByDevice | undefined;

  const finishProfile = (): Profile => {
    session.endProfiling();
    profiling = false;
    const { prefix, earlier } = profile!;
    const file = profilesOf(prefix).find((name) => !earlier.includes(name))!;
    nodes = nodesInProfile(file);
    return { file, nodes };
  };
  const learnPlacement = TE.tryCatch(async () => {
    if (!profiling || temporary === undefined) return;
    finishProfile();
    await rm(temporary, { recursive: true, force: true });
  }, failure('the profile that tells which nodes ran where cannot be read'));

  const run: Session['run'] = (feeds, fetches = outputs.map(({ name }) => name)) =>
    pipe(
      TE.fromIOEither(() => (open ? checkFeeds(inputs, feeds) : E.left(released))),
      TE.chainEitherK(
        (bindings): E.Either<SessionError, unknown> =>
          isNames(fetches) ? checkFetches(outputs, fetches) : checkTargets(outputs, fetches, bindings),
      ),
      TE.chain(() => execute(runtime, session, report, feeds, fetches)),
      TE.chainFirst(() => learnPlacement),
    );

  const endProfiling: Session['endProfiling'] = () =>
    open && profiling && ownProfile
      ? TE.tryCatch(async () => finishProfile(), failure('the profile cannot be read'))
      : TE.left({
          _tag: 'NotProfiling',
          message: 'the session is not profiling; open it with the option profile, and end the profile once',
        });

  const release: Session['release'] = () =>
    TE.tryCatch(async () => {
      if (!open) return;
      open = false;
      await close(created);
    }, failure('the session cannot be released'));

  return {
    device: report.chosen,
    report,
    inputs,
    outputs,
    placement: () => ({ complete, ...(nodes && { nodes }) }),
    run,
    endProfiling,
    release,
  };
};

const failure =
  (what: string) =>
  (error: unknown): SessionError => ({ _tag: 'RunFailed', message: `${what}: ${runtimeMessage(error)}` });
