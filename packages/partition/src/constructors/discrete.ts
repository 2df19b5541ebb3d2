/** One group a scalar. */

import { chain, type Either, left, right } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import { checkParameters } from '../parameters.js';
import { elements, type Group, type ParameterShape, type Partition } from '../partition.js';

/** H̄ over more groups than this would take 32 GiB in float64. */
const MOST_GROUPS = 2 ** 16;

/** The index along every axis of the scalar at a position of row-major data. */
const coordinates = (position: number, shape: readonly number[]): readonly number[] =>
  shape.map((dim, axis) => {
    const stride = shape.slice(axis + 1).reduce((product, later) => product * later, 1);
    return Math.floor(position / stride) % dim;
  });

const groupsOf = (parameter: ParameterShape): readonly Group[] => {
  const { name, shape } = parameter;
  const size = elements(parameter);
  if (size === 1) return [{ name, members: [{ parameter: name }], size: 1 }];
  return Array.from({ length: size }, (_, i) => ({
    name: `${name}[${coordinates(i, shape).join(',')}]`,
    members: [{ parameter: name, indices: [i] }],
    size: 1,
  }));
};

/**
 * S = P: every scalar is a group, named by its place (`0.weight[1,2]`). With λ_int = 0 the step is Newton's method. Refuses
 * more than 65,536 scalars (TooManyGroups): H̄ would not fit in memory; and a tuple as every rule does.
 */
export const discrete = (parameters: readonly ParameterShape[]): Either<PartitionError, Partition> =>
  chain((checked: readonly ParameterShape[]): Either<PartitionError, Partition> => {
    const count = checked.reduce((sum, parameter) => sum + elements(parameter), 0);
    if (count > MOST_GROUPS) {
      const message = `discrete would make ${count} groups, more than the ${MOST_GROUPS} whose H̄ fits in memory; choose a coarser partition`;
      return left({ _tag: 'TooManyGroups', message, count });
    }
    return right({ parameters: checked, groups: checked.flatMap(groupsOf) });
  })(checkParameters(parameters));
