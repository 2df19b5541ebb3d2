/** The step class: elementwise functions that are constant between jumps, and so have no derivative to carry. */

import { type Expr, makeExpr, requireFloat } from '../expr.js';
import type { Op } from '../op.js';
import { foldConstants } from '../ops/fold.js';

/**
 * An elementwise operation whose derivative is zero wherever it exists (PyTorch's convention: zero at the jumps too). Throws GraphError on
 * integers unless it is one `ofIntegers`, too.
 */
export const step = (name: string, onnx: string, f: (x: number) => number, ofIntegers = false): Op => ({
  name,
  infer: ([x]) => {
    if (!ofIntegers || x!.dtype === 'bool') requireFloat(name, x!);
    return { dtype: x!.dtype, shape: x!.shape };
  },
  emit: (node, e) => e.node(onnx, [e.name(node.args[0]!)]),
  evaluate: (_, [x]) => x!.data.map(f),
});

/** Constructor of a step operation. */
export const stepConstructor =
  (op: Op) =>
  (x: Expr): Expr =>
    foldConstants(makeExpr(op, [x], {}));
