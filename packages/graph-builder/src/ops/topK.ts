/**
 * TopK's positions: where along an axis the k largest or smallest elements stand. Integers, and so without a derivative; the
 * elements themselves are `gatherElements` of them, which has one. Source: https://onnx.ai/onnx/operators/onnx__TopK.html.
 */

import { type Dim, subtractDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { normalizeAxis } from '../shape.js';
import { elementCount } from '../tensor.js';

type TopKAttributes = { readonly axis: number; readonly k: Dim; readonly largest: boolean };

const topKIndicesOp: Op<TopKAttributes> = {
  name: 'topKIndices',
  infer: ([x], { axis, k }) => {
    const left = subtractDims(x!.shape[axis]!, k);
    if ((typeof k === 'number' && !(Number.isInteger(k) && k >= 0)) || (typeof left === 'number' && left < 0)) {
      throw new GraphError(
        'topKIndices',
        `cannot pick ${k} of the ${x!.shape[axis]} on axis ${axis} of ${describe(x!)}`,
      );
    }
    return { dtype: 'int64', shape: x!.shape.with(axis, k) };
  },
  emit: (node, e) => {
    const { axis, k, largest } = node.attributes;
    return e.nodes('TopK', [e.name(node.args[0]!), e.dims([k])], 2, { axis, largest, sorted: 1 })[1]!;
  },
  evaluate: (node, [x], shape) => {
    const { axis, largest } = node.attributes;
    const [n, k] = [x!.shape[axis]!, shape[axis]!];
    const inner = elementCount(shape.slice(axis + 1));
    const out = new Float64Array(elementCount(shape));
    const lines = out.length / Math.max(k, 1);
    for (let line = 0; line < lines; line++) {
      const [outer, offset] = [Math.floor(line / inner), line % inner];
      const at = (i: number): number => x!.data[(outer * n + i) * inner + offset]!;
      const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => {
        const [first, second] = largest ? [at(b), at(a)] : [at(a), at(b)];
        return first === second ? a - b : first - second;
      });
      for (let i = 0; i < k; i++) out[(outer * k + i) * inner + offset] = order[i]!;
    }
    return out;
  },
};

/**
 * Indices (int64, in x's shape with k on `axis`) of the k largest elements along an axis, or the k smallest, the most extreme first
 * and of equal ones the one with the lower index. NaN has no place in the order: where there are any, the result is unspecified.
 * Throws GraphError where k is negative or more than the axis has.
 */
export const topKIndices = (x: Expr, k: Dim, axis = -1, largest = true): Expr =>
  makeExpr(topKIndicesOp, [x], { axis: normalizeAxis('topKIndices', axis, x.shape.length), k, largest });
