/** Reading the --partition option: a short name, or a .json file. */

import type { Input } from '@hograd/graph-builder';
import { type Member, type Partition, parsePartition, partitionFromSpec } from '@hograd/partition';
import { orRefuse, wrongInput } from './failure.js';
import { readText } from './files.js';

/** The partition of a model's parameters that the option names. Refuses an unknown name or a file that does not fit. */
export const readPartition = async (spec: string, parameters: readonly Input[]): Promise<Partition> => {
  const shapes = parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] }));
  if (!spec.endsWith('.json')) {
    return orRefuse(partitionFromSpec(spec)(shapes), (e) =>
      wrongInput(e._tag === 'UnknownSpec' ? `${e.message}; a partition's file ends in .json` : e.message),
    );
  }
  return orRefuse(parsePartition(await readText(spec))(shapes), (e) => wrongInput(`${spec}: ${e.message}`));
};

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
