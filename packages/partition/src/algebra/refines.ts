/** The refinement order. */

import { isRight } from 'fp-ts/lib/Either.js';
import type { Partition } from '../partition.js';
import { coarsening } from './coarsening.js';

/**
 * Does every group of `fine` lie inside one group of `coarse`? A partial order (up to `equal`) with the discrete partition
 * below all and the trivial one above all; partitions of different tuples are not comparable: false.
 */
export const refines = (fine: Partition, coarse: Partition): boolean => isRight(coarsening(fine, coarse));
