/**
 * CIFAR-10's binary version: records of one label byte and 3,072 pixel bytes (red, green and blue planes of 32 × 32,
 * row-major).
 */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type WrongLength, wrongLength } from '../errors.js';

const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;

/** The images and labels of one file of CIFAR-10. */
export interface Cifar10Records {
  /** Shape [N, 3, 32, 32]. */
  readonly images: Tensor<'uint8'>;
  /** Shape [N]; as stored, so not yet checked to be below 10. */
  readonly labels: Tensor<'int64'>;
}

/**
 * The records of one or more files, in order. Fails with WrongLength where a file is empty or does not end with a whole
 * record.
 */
export const decodeCifar10 = (
  files: readonly { readonly source: string; readonly bytes: Uint8Array }[],
): E.Either<WrongLength, Cifar10Records> => {
  const cut = files.find(({ bytes }) => bytes.length === 0 || bytes.length % RECORD !== 0);
  if (cut) {
    const found = cut.bytes.length;
    const expected = Math.max(1, Math.ceil(found / RECORD)) * RECORD;
    const message = `${cut.source} has ${found} bytes, not a whole number of CIFAR-10's records of ${RECORD}`;
    return E.left({ ...wrongLength(cut.source, expected, found), message: `${message}; fetch it again` });
  }
  const size = files.reduce((total, { bytes }) => total + bytes.length / RECORD, 0);
  const pixels = new Uint8Array(size * PIXELS);
  const labels = new BigInt64Array(size);
  let record = 0;
  for (const { bytes } of files) {
    for (let start = 0; start < bytes.length; start += RECORD, record++) {
      labels[record] = BigInt(bytes[start]!);
      pixels.set(bytes.subarray(start + 1, start + RECORD), record * PIXELS);
    }
  }
  return E.right({
    images: { dtype: 'uint8', shape: [size, 3, 32, 32], data: pixels },
    labels: { dtype: 'int64', shape: [size], data: labels },
  });
};
