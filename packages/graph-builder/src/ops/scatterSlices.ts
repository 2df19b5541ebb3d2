/** ScatterSlices: adds slices into zeros along one axis; the adjoint of Gather. */

import { linear } from '../classes/linear.js';
import type { Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { normalizeAxis, sameShape, sizeOf, unequalLengths } from '../shape.js';
import { elementCount } from '../tensor.js';
import { cast } from './cast.js';
import { gather } from './gather.js';
import { placeOf, requireIndices } from './placeOf.js';
import { reshape } from './reshape.js';
import { transpose } from './transpose.js';

export type ScatterSlicesAttributes = { readonly axis: number; readonly size: Dim };

export const scatterSlicesOp = linear<ScatterSlicesAttributes>({
  name: 'scatterSlices',
  infer: ([updates, indices], { axis, size }) => ({
    dtype: updates!.dtype,
    shape: [...updates!.shape.slice(0, axis), size, ...updates!.shape.slice(axis + indices!.shape.length)],
  }),
  emit: (node, e) => {
    // ScatterND adds along the leading axis; `scatterSlices` brings any other axis there first.
    const [updates, indices] = node.args as [Expr, Expr];
    const zeros = e.node('Expand', [e.scalar(node.dtype, 0), e.dims(node.shape)]);
    const column = e.node('Unsqueeze', [e.name(indices), e.dims([-1])]);
    return e.node('ScatterND', [zeros, column, e.name(updates)], { reduction: 'add' });
  },
  evaluate: (node, [updates, indices], shape) => {
    const { axis } = node.attributes;
    const out = new Float64Array(elementCount(shape));
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const n = shape[axis]!;
    const count = indices!.data.length;
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < count; k++) {
        const index = placeOf('scatterSlices', indices!.data[k]!, n);
        for (let j = 0; j < inner; j++)
          out[(o * n + index) * inner + j]! += updates!.data[(o * count + k) * inner + j]!;
      }
    }
    return out;
  },
  tangent: (node, i, dx, lead) =>
    i === 0 ? scatterSlices(dx, node.args[1]!, node.attributes.axis + lead, node.attributes.size) : undefined,
  adjoint: (node, i, adjoint, lead) =>
    i === 0 ? gather(adjoint, node.args[1]!, node.attributes.axis + lead) : undefined,
});

/**
 * Zeros of length `size` along `along` (negative counts from the end), to which the updates' slices are added at the given indices: updates have
 * the axes of the indices in that axis' place. Throws GraphError where there is no such axis, and where they lack them.
 */
export function scatterSlices(updates: Expr, at: Expr, along: number, size: Dim): Expr {
  const axis = normalizeAxis('scatterSlices', along, updates.shape.length - at.shape.length + 1);
  const found = updates.shape.slice(axis, axis + at.shape.length);
  if (!sameShape(found, at.shape)) {
    throw new GraphError(
      'scatterSlices',
      `indices ${describe(at)} must have the shape [${found.join(', ')}] that ${describe(updates)} has from axis ${axis} on`,
      unequalLengths(found, at.shape),
    );
  }
  requireIndices('scatterSlices', at);
  // ONNX's Gather reads int32 as well, its ScatterND int64 alone.
  const indices = cast(at, 'int64');
  if (axis === 0) return makeExpr(scatterSlicesOp, [updates, indices], { axis, size });
  const spread = indices.shape.length;
  const flat = reshape(updates, [
    ...updates.shape.slice(0, axis),
    sizeOf(indices.shape),
    ...updates.shape.slice(axis + spread),
  ]);
  const axes = flat.shape.map((_, i) => i);
  const front = transpose(flat, [axis, ...axes.filter((i) => i !== axis)]);
  const index = reshape(indices, [sizeOf(indices.shape)]);
  const added = makeExpr(scatterSlicesOp, [front, index], { axis: 0, size });
  return transpose(
    added,
    axes.map((i) => (i === axis ? 0 : i < axis ? i + 1 : i)),
  );
}
