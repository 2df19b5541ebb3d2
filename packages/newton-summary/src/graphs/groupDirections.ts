/** A partition and a direction as what graph-builder takes a summary of. */

import { type Along, constant, type Expr, type Groups, mul, tensor } from '@hograd/graph-builder';
import { type Group, indicator, type Partition } from '@hograd/partition';
import { valueFor } from './requireShape.js';

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
    const whole = partition.parameters.map((p) => ({
      parameter: parameterOf(p),
      direction: directionOf(p),
      shape: p.shape,
    }));
    const along = (group: Group): readonly Along[] =>
      indicator(partition, group).flatMap((mask, p) => {
        if (mask === undefined) return [];
        const { parameter, direction, shape } = whole[p]!;
        if (mask === 'all') return [{ parameter, direction }];
        return [{ parameter, direction: mul(direction, constant(tensor(mask, shape, direction.dtype))) }];
      });
    return partition.groups.map(along);
  };
