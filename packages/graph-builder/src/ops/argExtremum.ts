/** ArgMax and ArgMin: where along an axis the extreme element stands. Integers, and so without a derivative. */

import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr, requireNumbers } from '../expr.js';
import type { Op } from '../op.js';
import { normalizeAxis } from '../shape.js';
import { elementCount } from '../tensor.js';

type ArgAttributes = { readonly axis: number; readonly last: boolean };

const argExtremum = (name: string, onnx: string, better: (a: number, b: number) => boolean): Op<ArgAttributes> => ({
  name,
  infer: ([x], { axis }) => {
    requireNumbers(name, x!);
    if (x!.shape[axis] === 0) throw new GraphError(name, `axis ${axis} of ${describe(x!)} has no elements`);
    return { dtype: 'int64', shape: x!.shape.filter((_, i) => i !== axis) };
  },
  emit: (node, e) => {
    const { axis, last } = node.attributes;
    return e.node(onnx, [e.name(node.args[0]!)], { axis, keepdims: 0, ...(last && { select_last_index: 1 }) });
  },
  evaluate: (node, [x], shape) => {
    const { axis, last } = node.attributes;
    const n = x!.shape[axis]!;
    const inner = elementCount(x!.shape.slice(axis + 1));
    const out = new Float64Array(elementCount(shape));
    for (let i = 0; i < out.length; i++) {
      const start = Math.floor(i / inner) * inner * n + (i % inner);
      let best = 0;
      for (let k = 1; k < n; k++) {
        const [value, leader] = [x!.data[start + k * inner]!, x!.data[start + best * inner]!];
        if (better(value, leader) || (last && value === leader)) best = k;
      }
      out[i] = best;
    }
    return out;
  },
});

const along =
  (op: Op<ArgAttributes>) =>
  (x: Expr, axis: number, last = false): Expr =>
    makeExpr(op, [x], { axis: normalizeAxis(op.name, axis, x.shape.length), last });

/** Index (int64) of the largest element along an axis, which is removed; the first of equals, or the last where `last` is set. */
export const argMax = along(argExtremum('argMax', 'ArgMax', (a, b) => a > b));

/** Index (int64) of the smallest element along an axis, which is removed; the first of equals, or the last where `last` is set. */
export const argMin = along(argExtremum('argMin', 'ArgMin', (a, b) => a < b));
