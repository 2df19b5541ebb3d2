/** Partitions as JSON: `[{"name": …, "parameters": [names]}, …]`. */

import { chain, type Either, left, right, tryCatch } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { custom, type GroupSpec } from './constructors/custom.js';
import type { PartitionError } from './error.js';
import type { ParameterShape, Partition } from './partition.js';

const invalid = (message: string): PartitionError => ({ _tag: 'InvalidJson', message });

const EXPECTED = '[{"name": "…", "parameters": ["…"]}, …]';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isIndices = (value: unknown): boolean => Array.isArray(value) && value.every((i) => typeof i === 'number');

const isMember = (value: unknown): boolean =>
  typeof value === 'string' ||
  (isRecord(value) && typeof value.parameter === 'string' && (value.indices === undefined || isIndices(value.indices)));

/** `size` is what `hograd summarize --json` prints beside the two; it follows from them. */
const GROUP_FIELDS = ['name', 'parameters', 'size'];
const MEMBER_FIELDS = ['parameter', 'indices'];

/** The first field of an object that is none of `known`; a name alone has no field. */
const unknownField = (value: unknown, known: readonly string[]): string | undefined =>
  isRecord(value) ? Object.keys(value).find((field) => !known.includes(field)) : undefined;

const quoted = (fields: readonly string[]): string => fields.map((field) => `"${field}"`).join(' and ');

const problemOfMember = (entry: unknown): string | undefined => {
  const field = unknownField(entry, MEMBER_FIELDS);
  if (field !== undefined) {
    return `has the unknown field ${JSON.stringify(field)}; a member has ${quoted(MEMBER_FIELDS)}`;
  }
  return isMember(entry) ? undefined : 'is neither a name nor {"parameter": name, "indices": [numbers]}';
};

const problemOf = (group: unknown, s: number): string | undefined => {
  if (!isRecord(group)) return `group ${s} of the partition is not an object`;
  if (typeof group.name !== 'string') return `group ${s} of the partition has no "name"`;
  if (!Array.isArray(group.parameters)) return `group "${group.name}" has no list of "parameters"`;
  const field = unknownField(group, GROUP_FIELDS);
  if (field !== undefined) {
    return `group "${group.name}" has the unknown field ${JSON.stringify(field)}; a group has ${quoted(GROUP_FIELDS.slice(0, 2))}`;
  }
  for (const [i, entry] of group.parameters.entries()) {
    const problem = problemOfMember(entry);
    if (problem) return `entry ${i} of "parameters" of group "${group.name}" ${problem}`;
  }
  return undefined;
};

const readSpecs = (value: unknown): Either<PartitionError, readonly GroupSpec[]> => {
  if (!Array.isArray(value)) return left(invalid(`the partition is not a list of groups; expected ${EXPECTED}`));
  for (const [s, group] of value.entries()) {
    const problem = problemOf(group, s);
    if (problem) return left(invalid(`${problem}; expected ${EXPECTED}`));
  }
  return right(value as readonly GroupSpec[]);
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/**
 * A partition of `parameters` from JSON text. Some scalars of a parameter are written {"parameter": name, "indices": […]}.
 * Refuses text that is not JSON, not a list of groups or has a field that is not read (InvalidJson), and what `custom` refuses.
 */
export const parsePartition =
  (json: string) =>
  (parameters: readonly ParameterShape[]): Either<PartitionError, Partition> =>
    pipe(
      tryCatch(
        () => JSON.parse(json) as unknown,
        (error) => invalid(`the partition is not JSON: ${oneLine((error as Error).message)}; expected ${EXPECTED}`),
      ),
      chain(readSpecs),
      chain((specs) => custom(specs)(parameters)),
    );

/** The JSON text that parsePartition reads back to the same groups; one line a group. */
export const formatPartition = ({ groups }: Partition): string => {
  const lines = groups.map(({ name, members }) => {
    const parameters = members.map((member) => (member.indices === undefined ? member.parameter : member));
    return `  ${JSON.stringify({ name, parameters })}`;
  });
  return `[\n${lines.join(',\n')}\n]\n`;
};
