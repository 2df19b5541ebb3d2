/** The step rule θ ← θ − U I_{P:S} rates, for any partition. */

import { type RatesRule, ratesRule } from '@hograd/baselines';
import type { Partition } from '@hograd/partition';
import { groupValues } from './groupValues.js';

/**
 * θ ← θ − rates[s]·u on the scalars of group s, where `rates` [S] is an input of the graph: the update of algorithm 1 (arXiv
 * 2312.03885) with λ1·η as rates. Throws GraphError, when a graph is built, where a parameter is not in the partition or has
 * another shape there, or the parameters have no single floating-point type.
 */
export const groupRates = (partition: Partition): RatesRule =>
  ratesRule('groupRates', partition.groups.length, groupValues(partition, 'groupRates'));
