/** Which Constant nodes of a file can be parameters. */

import * as E from 'fp-ts/lib/Either.js';
import { constantTensors } from './constants.js';
import { type DecodeError, DecodeFailure } from './errors.js';
import { parseModel } from './model.js';

/**
 * The outputs of Constant nodes of a file that hold floating-point tensors of rank 1 or more, in its order: `decode` takes those for
 * parameters that its `parameters` name. Never throws on bad bytes: whatever is wrong with the file is the Left.
 */
export const constantNames = (bytes: Uint8Array): E.Either<DecodeError, readonly string[]> => {
  try {
    const tensors = [...constantTensors(parseModel(bytes).graph)];
    return E.right(tensors.flatMap(([name, { dims }]) => ((dims ?? []).length > 0 ? [name] : [])));
  } catch (cause) {
    if (cause instanceof DecodeFailure) return E.left(cause.error);
    throw cause;
  }
};
