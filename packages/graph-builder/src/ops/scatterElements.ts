/** ScatterElements with addition into zeros: the adjoint of GatherElements. */

import { linear } from '../classes/linear.js';
import type { Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { normalizeAxis, sameShape, unequalLengths } from '../shape.js';
import { elementCount } from '../tensor.js';
import { constant } from './constant.js';
import { expand } from './expand.js';
import { elementOffset, gatherElements, stackIndices } from './gatherElements.js';
import { requireIndices } from './placeOf.js';

export type ScatterElementsAttributes = { readonly axis: number; readonly size: Dim };

export const scatterElementsOp = linear<ScatterElementsAttributes>({
  name: 'scatterElements',
  infer: ([updates, indices], { axis, size }) => {
    requireIndices('scatterElements', indices!);
    if (!sameShape(updates!.shape, indices!.shape)) {
      throw new GraphError(
        'scatterElements',
        `indices ${describe(indices!)} must have the shape of the updates ${describe(updates!)}`,
        unequalLengths(updates!.shape, indices!.shape),
      );
    }
    return { dtype: updates!.dtype, shape: updates!.shape.map((d, i) => (i === axis ? size : d)) };
  },
  emit: (node, e) => {
    const [updates, indices] = node.args as [Expr, Expr];
    const zeros = expand(constant(0, node.dtype), node.shape);
    const base = e.node('Expand', [e.scalar(zeros.dtype, 0), e.dims(zeros.shape)]);
    // One index a line cannot meet itself, and plain assignment runs on more runtimes than reduction=add.
    const reduction = updates.shape[node.attributes.axis] === 1 ? {} : { reduction: 'add' };
    return e.node('ScatterElements', [base, e.name(indices), e.name(updates)], {
      axis: node.attributes.axis,
      ...reduction,
    });
  },
  evaluate: (node, [updates, indices], shape) => {
    const out = new Float64Array(elementCount(shape));
    updates!.data.forEach((value, i) => {
      out[elementOffset('scatterElements', i, indices!.data[i]!, node.attributes.axis, updates!.shape, shape)]! +=
        value;
    });
    return out;
  },
  tangent: (node, i, dx, lead) =>
    i === 0
      ? scatterElements(
          dx,
          stackIndices(node.args[1]!, dx.shape.slice(0, lead)),
          node.attributes.axis + lead,
          node.attributes.size,
        )
      : undefined,
  adjoint: (node, i, adjoint, lead) =>
    i === 0
      ? gatherElements(adjoint, stackIndices(node.args[1]!, adjoint.shape.slice(0, lead)), node.attributes.axis + lead)
      : undefined,
});

/**
 * Zeros of length `size` along `axis` (negative counts from the end), to which updates are added at their indices. Throws GraphError where the
 * shapes of both operands differ, and where there is no such axis.
 */
export function scatterElements(updates: Expr, indices: Expr, axis: number, size: Dim): Expr {
  const along = normalizeAxis('scatterElements', axis, updates.shape.length);
  return makeExpr(scatterElementsOp, [updates, indices], { axis: along, size });
}
