/** Reading the --partition option: a short name, or a .json file. */

import { readFile } from 'node:fs/promises';
import type { Input } from '@hograd/graph-builder';
import { type Partition, parsePartition, partitionFromSpec } from '@hograd/partition';
import { orRefuse, refuse, wrongInput } from './failure.js';

/** The partition of a model's parameters that the option names. Refuses an unknown name or a file that does not fit. */
export const readPartition = async (spec: string, parameters: readonly Input[]): Promise<Partition> => {
  const shapes = parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] }));
  if (!spec.endsWith('.json')) return orRefuse(partitionFromSpec(spec)(shapes), (e) => wrongInput(e.message));
  const text = await readFile(spec, 'utf8').catch((cause: NodeJS.ErrnoException) =>
    refuse(`cannot read ${spec}: ${cause.code ?? cause.message}`),
  );
  return orRefuse(parsePartition(text)(shapes), (e) => wrongInput(`${spec}: ${e.message}`));
};
