/** Checks of the tuple that is to be partitioned. */

import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { PartitionError } from './error.js';
import type { ParameterShape } from './partition.js';

export const checkParameters = (
  parameters: readonly ParameterShape[],
): Either<PartitionError, readonly ParameterShape[]> => {
  if (parameters.length === 0) {
    return left({ _tag: 'NoParameters', message: 'there is no parameter to partition; name at least one' });
  }
  const seen = new Set<string>();
  for (const { name, shape } of parameters) {
    if (!shape.every((dim) => Number.isSafeInteger(dim) && dim > 0)) {
      const message = `parameter "${name}" has shape [${shape.join(', ')}]; every dimension must be a positive integer`;
      return left({ _tag: 'InvalidParameter', message, parameter: name });
    }
    if (seen.has(name)) {
      const message = `two parameters are named "${name}"; give each its own name`;
      return left({ _tag: 'DuplicateParameter', message, parameter: name });
    }
    seen.add(name);
  }
  return right(parameters);
};

/** Are these the same tuple: the same names and shapes in the same order? */
export const sameParameters = (a: readonly ParameterShape[], b: readonly ParameterShape[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every(({ name, shape }, p) => {
      const other = b[p]!;
      return name === other.name && shape.length === other.shape.length && shape.every((d, i) => d === other.shape[i]);
    }));
