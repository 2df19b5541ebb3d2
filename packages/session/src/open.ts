/** From a model to a session. */

import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Created, close, createOn, type Model } from './create.js';
import { type Device, FASTEST_FIRST } from './device.js';
import type { SessionError } from './error.js';
import { END, withEnd } from './inPlace.js';
import { type SessionOptions, type Settings, settingsOf } from './options.js';
import { declaresFloat64 } from './precision.js';
import { obstacleOf } from './providers.js';
import { ROUNDING_FUSIONS } from './roundingFusions.js';
import { loadRuntime, type Runtime } from './runtime.js';
import { selfTest } from './selfTest.js';
import { makeSession, type Session, type Tried } from './session.js';
import { type Port, portsOf } from './signature.js';

interface OnDevice {
  readonly created: Created;
  /** Does the model end the copying of its results? */
  readonly inPlace: boolean;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

const checkPath = (model: Model): TE.TaskEither<SessionError, null> =>
  typeof model !== 'string'
    ? TE.right(null)
    : TE.tryCatch(
        async () => {
          await access(model, constants.R_OK);
          if (!(await stat(model)).isFile()) throw new Error('not a file');
          return null;
        },
        () => ({ _tag: 'ModelNotFound', message: `there is no readable file "${model}"; check the path`, path: model }),
      );

/** onnxruntime says nothing about a profile that it cannot write. */
const checkProfile = ({ profile }: Settings): TE.TaskEither<SessionError, null> =>
  profile === undefined
    ? TE.right(null)
    : TE.tryCatch(
        () => access(dirname(profile), constants.W_OK).then(() => null),
        () => ({
          _tag: 'InvalidOption',
          message: `profile is "${profile}", and "${dirname(profile)}" is no folder to write to; create it`,
          option: 'profile',
        }),
      );

/** WebGPU's shading language has no 64-bit floats: all that is left to the device is moving data. */
const checkPrecision = (device: Device, { created, inputs, outputs }: OnDevice): E.Either<SessionError, null> => {
  const types = new Set([...inputs, ...outputs].map(({ dtype }) => dtype));
  if (device !== 'webgpu' || created.complete || !types.has('float64') || types.has('float32')) return E.right(null);
  const message = 'webgpu computes in float32 and this model is float64; convert it, or use device cpu';
  return E.left({ _tag: 'UnsupportedModel', message, what: 'float64' });
};

const ports = (created: Created): E.Either<SessionError, OnDevice> => {
  const { inputMetadata, outputMetadata } = created.session;
  const own = outputMetadata.filter(({ name }) => name !== END);
  return pipe(
    portsOf('input', inputMetadata),
    E.chain((inputs) =>
      pipe(
        portsOf('output', own),
        E.map((outputs) => ({ created, inPlace: own.length < outputMetadata.length, inputs, outputs })),
      ),
    ),
  );
};

const releasing =
  (created: Created) =>
  (error: SessionError): TE.TaskEither<SessionError, OnDevice> =>
    pipe(
      TE.tryCatch(
        () => close(created),
        () => error,
      ),
      TE.chain(() => TE.left(error)),
    );

const openOn = (
  runtime: Runtime,
  model: Model,
  device: Device,
  settings: Settings,
): TE.TaskEither<SessionError, OnDevice> => {
  const obstacle = obstacleOf(device);
  if (obstacle !== undefined) return TE.left({ _tag: 'ProviderUnavailable', message: obstacle, device });
  const exact = settings.optimization !== 'disabled' && typeof model !== 'string' && declaresFloat64(model);
  const open = (file: Model): TE.TaskEither<SessionError, OnDevice> =>
    pipe(
      createOn(runtime, file, device, settings, exact),
      TE.chain((created) =>
        pipe(
          TE.fromEither(ports(created)),
          TE.chainFirstEitherK((opened) => checkPrecision(device, opened)),
          TE.orElse(releasing(created)),
        ),
      ),
    );
  if (!settings.inPlace || device !== 'cpu' || typeof model === 'string') return open(model);
  // A model that cannot have the additional output is opened as it is, and if that fails, too, its own error is told.
  return pipe(
    open(withEnd(model)),
    TE.orElse(() => open(model)),
  );
};

/** With `auto`, a device must show that it computes before a model is entrusted to it. */
const entrust = (
  runtime: Runtime,
  model: Model,
  device: Device,
  settings: Settings,
): TE.TaskEither<SessionError, OnDevice> => {
  const open = openOn(runtime, model, device, settings);
  if (settings.device !== 'auto' || device === 'cpu' || obstacleOf(device) !== undefined) return open;
  return pipe(
    selfTest(runtime, device, settings),
    TE.chain(() => open),
  );
};

/** The first device that takes the model, and what became of those before it; the last one's error if none does. */
const firstOf = (
  runtime: Runtime,
  model: Model,
  settings: Settings,
  devices: readonly Device[],
  tried: readonly Tried[] = [],
): TE.TaskEither<SessionError, OnDevice & { readonly device: Device; readonly tried: readonly Tried[] }> => {
  const [device, ...later] = devices;
  return pipe(
    entrust(runtime, model, device!, settings),
    TE.map((opened) => ({ ...opened, device: device!, tried: [...tried, { device: device! }] })),
    TE.orElse((error) =>
      later.length === 0
        ? TE.left(error)
        : firstOf(runtime, model, settings, later, [...tried, { device: device!, error: error.message }]),
    ),
  );
};

/** onnxruntime reads its own severity once, when the first session of the process is made. */
const hush = (runtime: Runtime, { logSeverity }: Settings): void => {
  runtime.env.logLevel = logSeverity;
};

/**
 * Opens a model, given as the bytes of an ONNX file or its path. A device asked for by name is used or refused with the
 * cure (ProviderUnavailable), never replaced; `auto` takes the first of cuda, webgpu and cpu that passes a self-test and takes the
 * model, and `report.tried` says why not the others. Left with UnknownOption, InvalidOption, RuntimeUnavailable, ModelNotFound,
 * InvalidModel, UnsupportedModel, ProviderUnavailable or RunFailed (no memory). Open a model once and run it often: onnxruntime does not give back
 * all of a session's memory.
 */
export const openSession = (model: Model, options: SessionOptions = {}): TE.TaskEither<SessionError, Session> =>
  pipe(
    TE.Do,
    TE.bind('settings', () => TE.fromEither(settingsOf(options))),
    TE.bind('runtime', () => loadRuntime),
    TE.chainFirst(() => checkPath(model)),
    TE.chainFirst(({ settings }) => checkProfile(settings)),
    TE.bind('opened', ({ runtime, settings }) => {
      hush(runtime, settings);
      return firstOf(runtime, model, settings, settings.device === 'auto' ? FASTEST_FIRST : [settings.device]);
    }),
    TE.map(({ runtime, settings, opened }) => {
      const { device, tried, created, inPlace, inputs, outputs } = opened;
      return makeSession({
        runtime,
        created,
        inputs,
        outputs,
        report: {
          requested: settings.device,
          tried,
          chosen: device,
          threads: settings.threads,
          inPlace,
          optimization: {
            requested: settings.optimization,
            used: created.optimization,
            ...(created.lowered !== undefined && { reason: created.lowered }),
            ...(created.exact && { withheld: ROUNDING_FUSIONS }),
          },
          ortVersion: runtime.env.versions.node ?? runtime.env.versions.common,
        },
      });
    }),
  );

/**
 * Opens a session, uses it, and releases it whatever comes of the use: what `use` throws, or its task rejects with, goes through to the
 * caller once that is done. Left with what openSession or `use` is left with, or RunFailed where the session cannot be released.
 */
export const withSession = <E2, A>(
  model: Model,
  options: SessionOptions,
  use: (session: Session) => TE.TaskEither<E2, A>,
): TE.TaskEither<SessionError | E2, A> =>
  pipe(
    openSession(model, options),
    TE.chainW((session) => async (): Promise<E.Either<SessionError | E2, A>> => {
      const release = session.release();
      try {
        const used = await use(session)();
        const released = await release();
        return E.isLeft(released) ? released : used;
      } catch (cause) {
        await release();
        throw cause;
      }
    }),
  );
