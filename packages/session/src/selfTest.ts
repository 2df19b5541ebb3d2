/** Does a device compute what it should? */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { close, createOn } from './create.js';
import type { Device } from './device.js';
import type { SessionError } from './error.js';
import type { Settings } from './options.js';
import type { Tensors } from './run/checkFeeds.js';
import { execute } from './run/execute.js';
import type { Runtime } from './runtime.js';

/** y = tanh(x·w) with x [M, K], w [K, N] in float32: an ONNX file (IR 8, opset 17) of two nodes. */
export const MODEL: Uint8Array = Buffer.from(
  'CAgSBmhvZ3JhZDp6ChkKAXgKAXcSAXoaBk1hdE11bCIGTWF0TXVsChIKAXoSAXkaBFRhbmgiBFRhbmgSBHRlc3RaFQoBeBIQCg4IARIKCgMSAU0KAxIBS1oVCgF3EhAKDggBEgoKAxIBSwoDEgFOYhUKAXkSEAoOCAESCgoDEgFNCgMSAU5CBAoAEBE=',
  'base64',
);

const M = 5;
const K = 7;
const N = 3;

/** Float32 with room for the reduced precision of tensor cores (TF32: 10 bits of mantissa). */
const TOLERANCE = 2e-3;

const x = Float32Array.from({ length: M * K }, (_, i) => Math.sin(i + 1));
const w = Float32Array.from({ length: K * N }, (_, i) => Math.cos(2 * i));

const expected = Float64Array.from({ length: M * N }, (_, i) => {
  const [row, column] = [Math.floor(i / N), i % N];
  let sum = 0;
  for (let k = 0; k < K; k++) sum += x[row * K + k]! * w[k * N + column]!;
  return Math.tanh(sum);
});

const feeds: Tensors = {
  x: { dtype: 'float32', shape: [M, K], data: x },
  w: { dtype: 'float32', shape: [K, N], data: w },
};

const maxDifference = ({ y }: Tensors): number =>
  expected.reduce((max, value, i) => Math.max(max, Math.abs(value - Number(y!.data[i]))), 0);

/**
 * Runs tanh(x·w) on a device and compares with float64 arithmetic: the largest difference. Left with ProviderUnavailable
 * where the device fails, gives nodes to the CPU, or is off by more than 0.002.
 */
export const selfTest = (runtime: Runtime, device: Device, settings: Settings): TE.TaskEither<SessionError, number> => {
  const unavailable = (message: string): SessionError => ({ _tag: 'ProviderUnavailable', message, device });
  const { profile: _, ...quiet } = settings;
  return pipe(
    TE.bracket(
      createOn(runtime, MODEL, device, quiet),
      (created) =>
        pipe(
          execute(runtime, created.session, { chosen: device, inPlace: false }, feeds, ['y']),
          TE.filterOrElse(
            () => created.complete,
            () => unavailable(`${device}: its provider gave a matrix product to the CPU`),
          ),
        ),
      (created) =>
        TE.tryCatch(
          () => close(created),
          () => unavailable(`${device}: a session cannot be released`),
        ),
    ),
    TE.map(maxDifference),
    TE.filterOrElse(
      (difference) => difference <= TOLERANCE,
      (difference) => unavailable(`${device}: the self-test is off by ${difference}; update the device's driver`),
    ),
    TE.mapLeft((error) => (error._tag === 'ProviderUnavailable' ? error : unavailable(`${device}: ${error.message}`))),
  );
};
