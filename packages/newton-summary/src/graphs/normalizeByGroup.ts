/** A transformation of directions: unit norm in each group. */

import type { Direction } from '@hograd/baselines';
import {
  abs,
  add,
  concat,
  constant,
  div,
  type Expr,
  elementCount,
  equal,
  gather,
  maximum,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  sqrt,
  square,
  tensor,
  where,
} from '@hograd/graph-builder';
import type { Group, Member, Partition } from '@hograd/partition';
import { groupValues } from './groupValues.js';
import { valueFor } from './requireShape.js';

/** A member's scalars as a vector. */
const scalarsOf = (direction: Expr, { indices }: Member): Expr => {
  const flat = reshape(direction, [elementCount(direction.shape as readonly number[])]);
  return indices ? gather(flat, constant(tensor(indices, [indices.length], 'int64'))) : flat;
};

/** 1/‖u_s‖ as [1]; 1 where u_s = 0. The largest entry is taken out first, so that no square underflows in float32. */
const scaleOf = (group: Group, directions: ReadonlyMap<string, Expr>): Expr => {
  const parts = group.members.map((member) => scalarsOf(directions.get(member.parameter)!, member));
  const one = constant(1, parts[0]!.dtype);
  const largest = parts.map((part) => reduceMax(abs(part))).reduce(maximum);
  const isZero = equal(largest, constant(0, largest.dtype));
  const unit = where(isZero, one, largest);
  const sum = parts.map((part) => reduceSum(square(div(part, unit)))).reduce(add);
  return reshape(div(div(one, unit), where(isZero, one, sqrt(sum))), [1]);
};

/**
 * Divides each group's part of the direction that comes before by its norm; where that is zero it stays zero. Without a state.
 *
 * With it an average of summaries over steps does not depend on how ‖u_s‖ changes from step to step, and the η that is reused
 * between summaries is a length. A step alone is the same with it and without it: it does not depend on the scale of u (arXiv
 * 2312.03885, §3). Throws GraphError, when a graph is built, where a parameter is not in the partition or has another shape
 * there, and RangeError where the partition names a parameter that is not given.
 *
 * ```ts
 * const direction = chain(momentum({ beta: 0.9 }), normalizeByGroup(partition)); // chain, momentum: @hograd/baselines
 * ```
 */
export const normalizeByGroup = (partition: Partition): Direction => ({
  name: 'normalizeByGroup',
  init: () => [],
  update: ({ gradients, parameters }) => {
    const given = new Map(parameters.map((p, i) => [p.attributes.name, gradients[i]!]));
    const directionOf = valueFor('normalizeByGroup', 'direction', given);
    const directions = new Map(partition.parameters.map((p) => [p.name, directionOf(p)]));
    const scales = concat(
      partition.groups.map((group) => scaleOf(group, directions)),
      0,
    );
    const scaleFor = groupValues(partition, 'normalizeByGroup')(scales);
    return { direction: parameters.map((p, i) => mul(gradients[i]!, scaleFor(p))), state: {} };
  },
});
