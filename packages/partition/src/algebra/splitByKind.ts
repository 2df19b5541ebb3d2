/** A partition with each group split by kind. */

import { chain, type Either } from 'fp-ts/lib/Either.js';
import { byKind } from '../constructors/byKind.js';
import type { PartitionError } from '../error.js';
import type { Partition } from '../partition.js';
import { product } from './meet.js';

/**
 * The product with `byKind`: weights, biases, norms and embeddings of every group apart, named `group.kind`. Refuses what
 * `byKind` refuses of the tuple.
 */
export const splitByKind = (partition: Partition): Either<PartitionError, Partition> =>
  chain((byKinds: Partition) => product(partition, byKinds))(byKind(partition.parameters));
