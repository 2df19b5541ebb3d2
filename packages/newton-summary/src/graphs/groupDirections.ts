/** A partition and a direction as what graph-builder takes a summary of. */

import { type Along, constant, type Expr, elementCount, type Groups, mul, tensor } from '@hograd/graph-builder';
import type { Member, Partition } from '@hograd/partition';
import { valueFor } from './requireShape.js';

/** 1 at the given positions of a tensor and 0 elsewhere. */
const maskOf = (like: Expr, indices: readonly number[]): Expr => {
  const shape = like.shape as readonly number[];
  const data = new Float64Array(elementCount(shape));
  for (const i of indices) data[i] = 1;
  return constant(tensor(data, shape, like.dtype));
};

/**
 * Groups of (parameter, direction) for `summary`, in the partition's order. `parameters` and `directions` are keyed by name
 * and have the partition's shapes. A group that holds some scalars of a tensor gets the direction with zeros elsewhere
 * (U I_{P:S} of arXiv 2312.03885, §3). Throws RangeError where the partition names a parameter that is not given, and
 * GraphError where one has another shape.
 */
export const groupDirections =
  (partition: Partition) =>
  (parameters: ReadonlyMap<string, Expr>, directions: ReadonlyMap<string, Expr>): Groups => {
    const parameterOf = valueFor('groupDirections', 'expression', parameters);
    const directionOf = valueFor('groupDirections', 'direction', directions);
    const whole = new Map(
      partition.parameters.map((p) => [p.name, { parameter: parameterOf(p), direction: directionOf(p) }]),
    );
    const along = ({ parameter: name, indices }: Member): Along => {
      const { parameter, direction } = whole.get(name)!;
      return { parameter, direction: indices ? mul(direction, maskOf(direction, indices)) : direction };
    };
    return partition.groups.map(({ members }) => members.map(along));
  };
