/** Gather: picks whole slices along one axis by a tensor of indices. */

import { linear } from '../classes/linear.js';
import { type Expr, makeExpr } from '../expr.js';
import { normalizeAxis } from '../shape.js';
import { elementCount } from '../tensor.js';
import { foldConstants } from './fold.js';
import { placeOf, requireIndices } from './placeOf.js';
import { scatterSlices } from './scatterSlices.js';

export type GatherAttributes = { readonly axis: number };

export const gatherOp = linear<GatherAttributes>({
  name: 'gather',
  infer: ([x, indices], { axis }) => {
    requireIndices('gather', indices!);
    return { dtype: x!.dtype, shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)] };
  },
  emit: (node, e) => e.node('Gather', node.args.map(e.name), { axis: node.attributes.axis }),
  evaluate: (node, [x, indices], shape) => {
    const { axis } = node.attributes;
    const inner = elementCount(x!.shape.slice(axis + 1));
    const outer = elementCount(x!.shape.slice(0, axis));
    const n = x!.shape[axis]!;
    const out = new Float64Array(elementCount(shape));
    const count = indices!.data.length;
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < count; k++) {
        const index = placeOf('gather', indices!.data[k]!, n);
        out.set(x!.data.subarray((o * n + index) * inner, (o * n + index + 1) * inner), (o * count + k) * inner);
      }
    }
    return out;
  },
  tangent: (node, i, dx, lead) => (i === 0 ? gather(dx, node.args[1]!, node.attributes.axis + lead) : undefined),
  adjoint: (node, i, adjoint, lead) =>
    i === 0
      ? scatterSlices(adjoint, node.args[1]!, node.attributes.axis + lead, node.args[0]!.shape[node.attributes.axis]!)
      : undefined,
});

/**
 * Slices of x along `axis` at integer indices (any shape, which takes the axis's place). Negative indices count from the end. Throws GraphError for
 * indices that are no integers, and where there is no such axis.
 */
export function gather(x: Expr, indices: Expr, axis = 0): Expr {
  return foldConstants(makeExpr(gatherOp, [x, indices], { axis: normalizeAxis('gather', axis, x.shape.length) }));
}
