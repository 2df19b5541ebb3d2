/** Groups as a person lists them, checked. */

import { chain, type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { closest } from '../closest.js';
import type { PartitionError } from '../error.js';
import { type GroupIds, partitionOfIds } from '../groupIds.js';
import { checkParameters } from '../parameters.js';
import { elements, type Member, type ParameterShape } from '../partition.js';
import type { Partitioning } from './partitioning.js';

/** A group as it is written down: parameters by name, or some scalars of one by their positions in its row-major data. */
export interface GroupSpec {
  readonly name: string;
  readonly parameters: readonly (string | Member)[];
}

const UNASSIGNED = -1;

/** Of a parameter that is in several groups: as many as a tensor in memory has at most. */
const MOST_SCALARS = 2 ** 31 - 1;

/** How many parameters a message lists. */
const LISTED = 5;

const checkNames = (specs: readonly GroupSpec[]): PartitionError | undefined => {
  const seen = new Set<string>();
  for (const { name, parameters } of specs) {
    if (seen.has(name)) {
      return { _tag: 'DuplicateGroup', message: `two groups are named "${name}"; give each its own name`, group: name };
    }
    seen.add(name);
    if (parameters.length === 0) {
      return { _tag: 'EmptyGroup', message: `group "${name}" has no parameters; list some or remove it`, group: name };
    }
  }
  return undefined;
};

const checkMember = (
  { parameter, indices }: Member,
  group: string,
  parameters: readonly ParameterShape[],
): PartitionError | undefined => {
  const found = parameters.find(({ name }) => name === parameter);
  if (!found) {
    const names = parameters.map(({ name }) => name);
    const near = closest(parameter, names);
    const cure =
      near === undefined
        ? `take one of ${names.slice(0, LISTED).join(', ')}${names.length > LISTED ? ', …' : ''}`
        : `did you mean "${near}"?`;
    const message = `group "${group}" names the unknown parameter "${parameter}"; ${cure}`;
    return { _tag: 'UnknownParameter', message, parameter, group, ...(near !== undefined && { closest: near }) };
  }
  if (indices?.length === 0) {
    const message = `group "${group}" lists no index of "${parameter}"; list some, or the parameter's name alone for all of it`;
    return { _tag: 'EmptyGroup', message, group };
  }
  const size = elements(found);
  if (indices && size > MOST_SCALARS) {
    const message = `group "${group}" takes scalars of "${parameter}", which has ${size}; of more than ${MOST_SCALARS} give the parameter's name alone`;
    return { _tag: 'InvalidParameter', message, parameter };
  }
  const wrong = indices?.find((i) => !Number.isSafeInteger(i) || i < 0 || i >= size);
  if (wrong === undefined) return undefined;
  const message = `group "${group}" takes index ${wrong} of "${parameter}", whose ${size} scalars are numbered from 0 to ${size - 1}`;
  return { _tag: 'InvalidIndex', message, parameter, index: wrong };
};

const repeated = (parameter: string, first: string, second: string, index?: number): PartitionError => {
  const what = index === undefined ? `parameter "${parameter}"` : `scalar ${index} of parameter "${parameter}"`;
  const where = first === second ? `twice in group "${first}"` : `in group "${first}" and in group "${second}"`;
  return { _tag: 'RepeatedParameter', message: `${what} is ${where}; keep it in one place`, parameter };
};

const list = (parameters: readonly ParameterShape[]): string => {
  const quoted = parameters.slice(0, LISTED).map(({ name }) => `"${name}"`);
  const more = parameters.length - quoted.length;
  return quoted.join(', ') + (more > 0 ? ` and ${more} more` : '');
};

const missing = (parameters: readonly ParameterShape[], ids: Assigned): PartitionError | undefined => {
  const absent = parameters.filter((_, p) => ids[p] === undefined);
  const partial = parameters.filter((_, p) => (ids[p] as Int32Array | undefined)?.includes?.(UNASSIGNED));
  const lacking = absent.length > 0 ? absent : partial;
  if (lacking.length === 0) return undefined;
  const message =
    absent.length > 0
      ? `no group holds ${list(absent)}; every parameter must be in one`
      : `some scalars of ${list(partial)} are in no group; list all of their indices, or the names alone`;
  return { _tag: 'MissingParameter', message, parameters: lacking.map(({ name }) => name) };
};

/** GroupIds in the making: undefined where nothing of a parameter has been listed yet. */
type Assigned = readonly (number | Int32Array | undefined)[];

/**
 * One parameter's ids after `member` joined group s (written into `own`: a copy a member would be quadratic in the scalars);
 * the number of the group that already has a part of it otherwise.
 */
const addMember = (
  own: number | Int32Array | undefined,
  { indices }: Member,
  s: number,
  size: number,
): Either<{ readonly group: number; readonly index?: number }, number | Int32Array> => {
  if (typeof own === 'number') return left({ group: own });
  if (indices === undefined) {
    return own === undefined ? right(s) : left({ group: own.find((id) => id !== UNASSIGNED)! });
  }
  const next = own ?? new Int32Array(size).fill(UNASSIGNED);
  for (const index of indices) {
    if (next[index] !== UNASSIGNED) return left({ group: next[index]!, index });
    next[index] = s;
  }
  return right(next);
};

const assign = (
  specs: readonly GroupSpec[],
  parameters: readonly ParameterShape[],
): Either<PartitionError, GroupIds> => {
  const position = new Map(parameters.map(({ name }, p) => [name, p]));
  const ids: (number | Int32Array | undefined)[] = parameters.map(() => undefined);
  for (const [s, { name: group, parameters: listed }] of specs.entries()) {
    for (const entry of listed) {
      const member = typeof entry === 'string' ? { parameter: entry } : entry;
      const error = checkMember(member, group, parameters);
      if (error) return left(error);
      const p = position.get(member.parameter)!;
      const joined = addMember(ids[p], member, s, elements(parameters[p]!));
      if (isLeft(joined))
        return left(repeated(member.parameter, specs[joined.left.group]!.name, group, joined.left.index));
      ids[p] = joined.right;
    }
  }
  const error = missing(parameters, ids);
  return error ? left(error) : right(ids as GroupIds);
};

/**
 * The groups listed, in their order. Refuses an unknown parameter (UnknownParameter, which names the closest known one), a
 * parameter or a scalar listed twice (RepeatedParameter), one that is in no group (MissingParameter), an index out of range
 * (InvalidIndex) or into a parameter of 2³¹ scalars or more (InvalidParameter), a group without parameters (EmptyGroup), and
 * two groups of one name (DuplicateGroup).
 */
export const custom =
  (specs: readonly GroupSpec[]): Partitioning =>
  (parameters) =>
    chain((checked: readonly ParameterShape[]) => {
      const error = checkNames(specs);
      if (error) return left(error);
      const ids = assign(specs, checked);
      if (isLeft(ids)) return ids;
      return right(
        partitionOfIds(
          checked,
          ids.right,
          specs.map(({ name }) => name),
        ),
      );
    })(checkParameters(parameters));
