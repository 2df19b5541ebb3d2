/** Are there too many groups for the memory that there is? */

import { totalmem } from 'node:os';
import { elementCount } from '@hograd/graph-builder';
import type { Partition } from '@hograd/partition';
import { refuse } from './failure.js';
import { formatBytes } from './memoryPlan.js';

/** Bytes that this process may have, of the machine's. */
export const availableMemory = (): number =>
  Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** Time and memory grow with the square of the groups: 2,048 of them take 18 s on two cores, for a perceptron of 52,650 parameters. */
const MOST_GROUPS = 4096;

/**
 * A page draws every pair of groups several times: it has 36 MB at so many, which a browser still shows, and from 2,000 groups on more
 * characters than a text may have.
 */
export const MOST_DRAWN = 512;

/** Why there is no picture of so many groups, and what to do; undefined where there is one. */
export const undrawn = (groups: number): string | undefined =>
  groups <= MOST_DRAWN
    ? undefined
    : `the pairs of ${groups} groups are too many to draw, ${MOST_DRAWN} groups are the most; take fewer (--partition)`;

/** Of a float32. */
const WIDTH = 4;

/**
 * Bytes that a summary along the groups holds at the least: H̄, and a direction of the tensor's size for every group that has a part of
 * it.
 */
const leastBytes = ({ parameters, groups }: Partition): number => {
  const sizes = new Map(parameters.map(({ name, shape }) => [name, elementCount(shape)]));
  const directions = groups.reduce(
    (sum, { members }) => members.reduce((so, { parameter }) => so + sizes.get(parameter)!, sum),
    0,
  );
  return WIDTH * (directions + groups.length ** 2);
};

/** Refuses, before anything is built, groups whose summary this process cannot hold, and too many of them. */
export const checkGroups = (partition: Partition): void => {
  const { length } = partition.groups;
  if (length > MOST_GROUPS)
    refuse(`a summary of ${length} groups is out of reach, at most ${MOST_GROUPS} are taken; take fewer (--partition)`);
  const bytes = leastBytes(partition);
  const limit = availableMemory();
  if (bytes <= limit) return;
  refuse(
    `the summary of ${length} groups holds at least ${formatBytes(bytes)}, more than the ${formatBytes(limit)} that there are; take fewer groups (--partition)`,
  );
};
