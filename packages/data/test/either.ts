/** Unwrapping results in tests. */

import type * as E from 'fp-ts/lib/Either.js';
import type { DataError } from '../src/index.js';

export const rightOf = <A>(result: E.Either<DataError, A>): A => {
  if (result._tag === 'Left') throw new Error(`expected success, got ${result.left._tag}: ${result.left.message}`);
  return result.right;
};

/** The error, having checked that its message is one line. */
export const leftOf = (result: E.Either<DataError, unknown>): DataError => {
  if (result._tag === 'Right') throw new Error('expected a failure');
  if (/\n/.test(result.left.message) || result.left.message === '') throw new Error('expected a one-line message');
  return result.left;
};
