/** From values over groups to values over the scalars of a parameter, as expressions. */

import { constant, type Expr, GraphError, gather, type Input, reshape, sliceAxis, tensor } from '@hograd/graph-builder';
import { groupIds, type Partition } from '@hograd/partition';
import { requireShape } from './requireShape.js';

/**
 * I_{P:S} v for one parameter: from v [S] to something broadcastable to the parameter's shape: one number, or one for each
 * scalar where groups share the tensor. Throws GraphError, in the caller's name, where the parameter is not in the partition
 * or has another shape there.
 */
export const groupValues = (partition: Partition, caller: string) => {
  const ids = groupIds(partition);
  return (values: Expr) =>
    (parameter: Input): Expr => {
      const { name } = parameter.attributes;
      const at = partition.parameters.findIndex((p) => p.name === name);
      if (at < 0) throw new GraphError(caller, `parameter "${name}" is in no group of the partition`);
      requireShape(caller, `parameter "${name}"`, parameter, partition.parameters[at]!);
      const id = ids[at]!;
      if (typeof id === 'number') return reshape(sliceAxis(values, 0, id, 1), []);
      return reshape(gather(values, constant(tensor(id, [id.length], 'int64'))), parameter.shape);
    };
};
