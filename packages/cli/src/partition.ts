/** Reading the --partition option: a short name, or a .json file. */

import { createHash } from 'node:crypto';
import type { Input } from '@hograd/graph-builder';
import { type Member, type ParameterShape, type Partition, parsePartition, partitionFromSpec } from '@hograd/partition';
import { orRefuse, wrongInput } from './failure.js';
import { readText } from './files.js';
import { checkGroups } from './groupMemory.js';

/** One group a tensor: what is meant where no partition is named. */
export const DEFAULT_PARTITION = 'canonical';

/** Whether the text that says which partition is meant is a file's path. */
export const isPartitionFile = (spec: string): boolean => spec.endsWith('.json');

/** Names and shapes of a graph's parameters. */
export const shapesOf = (parameters: readonly Input[]): readonly ParameterShape[] =>
  parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] }));

const parse = async (spec: string, parameters: readonly ParameterShape[]): Promise<Partition> => {
  if (!isPartitionFile(spec)) {
    return orRefuse(partitionFromSpec(spec)(parameters), (e) =>
      wrongInput(e._tag === 'UnknownSpec' ? `${e.message}; a partition's file ends in .json` : e.message),
    );
  }
  return orRefuse(parsePartition(await readText(spec))(parameters), (e) => wrongInput(`${spec}: ${e.message}`));
};

/**
 * The partition of a model's parameters that the option names. Refuses an unknown name, a file that does not fit, and
 * groups whose summary this process could not hold.
 */
export const readPartition = async (spec: string, parameters: readonly ParameterShape[]): Promise<Partition> => {
  const partition = await parse(spec, parameters);
  checkGroups(partition);
  return partition;
};

/** SHA-256 of the groups that a file gave; undefined where the option is a short name, which says by itself what it means. */
export const digestOfPartition = (spec: string, partition: Partition): string | undefined =>
  isPartitionFile(spec)
    ? createHash('sha256')
        .update(JSON.stringify(describeGroups(partition)))
        .digest('hex')
    : undefined;

/** A group as --json prints it. What it holds is written as in a partition's file: a parameter's name, or some of its scalars by index. */
export interface DescribedGroup {
  readonly name: string;
  readonly parameters: readonly (string | Member)[];
  readonly size: number;
}

/** The groups of a partition, in its order. */
export const describeGroups = ({ groups }: Partition): readonly DescribedGroup[] =>
  groups.map(({ name, members, size }) => ({
    name,
    parameters: members.map((member) => (member.indices === undefined ? member.parameter : member)),
    size,
  }));
