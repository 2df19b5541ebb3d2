/** A rule that partitions any tuple of parameters, and the one way all rules by key are made. */

import { type Either, map } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import { partitionOfIds } from '../groupIds.js';
import { checkParameters } from '../parameters.js';
import type { ParameterShape, Partition } from '../partition.js';

/**
 * Partitions a tuple of parameters. Left with NoParameters, InvalidParameter or DuplicateParameter when the tuple itself is
 * wrong; each rule names what else it refuses.
 */
export type Partitioning = (parameters: readonly ParameterShape[]) => Either<PartitionError, Partition>;

/**
 * Whole tensors with equal keys in one group, named by the key. Groups come in the order of `order`, where it is given, else
 * in that of their first tensor.
 */
export const byKey =
  (keys: (parameters: readonly ParameterShape[]) => readonly string[], order: readonly string[] = []): Partitioning =>
  (parameters) =>
    map((checked: readonly ParameterShape[]) => {
      const own = keys(checked);
      const used = new Set(own);
      const names = [...new Set([...order.filter((name) => used.has(name)), ...own])];
      const indexOf = new Map(names.map((name, s) => [name, s]));
      return partitionOfIds(
        checked,
        own.map((key) => indexOf.get(key)!),
        names,
      );
    })(checkParameters(parameters));
