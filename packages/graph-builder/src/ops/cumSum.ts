/** CumSum: running sums along an axis. */

import { linear } from '../classes/linear.js';
import { type Expr, makeExpr } from '../expr.js';
import { type OptionNames, requireKnown } from '../options.js';
import { normalizeAxis } from '../shape.js';
import { elementCount } from '../tensor.js';

type CumSumAttributes = { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };

/** Options of `cumSum`. */
export interface CumSumOptions {
  /** Leave the element itself out of its sum, which then begins with 0. */
  readonly exclusive?: boolean;
  /** Sum from the end. */
  readonly reverse?: boolean;
}

const CUM_SUM_OPTIONS: OptionNames<CumSumOptions> = { exclusive: true, reverse: true };

export const cumSumOp = linear<CumSumAttributes>({
  name: 'cumSum',
  infer: ([x]) => ({ dtype: x!.dtype, shape: x!.shape }),
  emit: (node, e) => {
    const { axis, exclusive, reverse } = node.attributes;
    return e.node('CumSum', [e.name(node.args[0]!), e.scalar('int64', axis)], {
      ...(exclusive && { exclusive: 1 }),
      ...(reverse && { reverse: 1 }),
    });
  },
  evaluate: (node, [x], shape) => {
    const { axis, exclusive, reverse } = node.attributes;
    const n = shape[axis]!;
    const inner = elementCount(shape.slice(axis + 1));
    const out = new Float64Array(x!.data.length);
    for (let line = 0; line < out.length / Math.max(n, 1); line++) {
      const start = Math.floor(line / inner) * inner * n + (line % inner);
      let sum = 0;
      for (let k = 0; k < n; k++) {
        const at = start + (reverse ? n - 1 - k : k) * inner;
        if (exclusive) out[at] = sum;
        sum += x!.data[at]!;
        if (!exclusive) out[at] = sum;
      }
    }
    return out;
  },
  tangent: ({ attributes: { axis, ...options } }, _, dx, lead) => cumSum(dx, axis + lead, options),
  // The matrix of running sums is triangular; its transpose sums from the other end.
  adjoint: ({ attributes: { axis, exclusive, reverse } }, _, adjoint, lead) =>
    cumSum(adjoint, axis + lead, { exclusive, reverse: !reverse }),
});

/** y[.., i, ..] = Σ_{j ≤ i} x[.., j, ..] along `axis` (j < i if exclusive; from the end if reverse). Throws GraphError where there is no such axis or option. */
export function cumSum(x: Expr, axis: number, options: CumSumOptions = {}): Expr {
  requireKnown('cumSum', options, CUM_SUM_OPTIONS);
  const { exclusive = false, reverse = false } = options;
  return makeExpr(cumSumOp, [x], { axis: normalizeAxis('cumSum', axis, x.shape.length), exclusive, reverse });
}
