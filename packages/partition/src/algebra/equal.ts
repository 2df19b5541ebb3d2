/** When two partitions are the same. */

import { sameParameters } from '../parameters.js';
import type { Partition } from '../partition.js';
import { refines } from './refines.js';

/** The same groups of the same tuple, whatever their names and order; false for partitions of different tuples. */
export const equal = (a: Partition, b: Partition): boolean =>
  sameParameters(a.parameters, b.parameters) && a.groups.length === b.groups.length && refines(a, b);
