/** Transpose: permutes axes. */

import { linear } from '../classes/linear.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { stridesOf } from '../shape.js';
import { isConstant } from './constant.js';
import { expand, expandOp } from './expand.js';
import { foldConstants } from './fold.js';

export type TransposeAttributes = { readonly perm: readonly number[] };

const inverse = (perm: readonly number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** The permutation of the axes behind `lead` others, which stay. */
const behind = (lead: number, perm: readonly number[]): number[] => [
  ...Array.from({ length: lead }, (_, axis) => axis),
  ...perm.map((axis) => axis + lead),
];

export const transposeOp = linear<TransposeAttributes>({
  name: 'transpose',
  infer: ([x], { perm }) => {
    if (
      perm.length !== x!.shape.length ||
      new Set(perm).size !== perm.length ||
      perm.some((p) => x!.shape[p] === undefined)
    ) {
      throw new GraphError('transpose', `[${perm.join(', ')}] does not permute the axes of ${describe(x!)}`);
    }
    return { dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) };
  },
  emit: (node, e) => e.node('Transpose', [e.name(node.args[0]!)], { perm: node.attributes.perm }),
  evaluate: (node, [x], shape) => {
    const steps = node.attributes.perm.map((axis) => stridesOf(x!.shape)[axis]!);
    const strides = stridesOf(shape);
    return Float64Array.from(x!.data, (_, i) => {
      let at = 0;
      for (let k = 0; k < shape.length; k++) at += (Math.floor(i / strides[k]!) % shape[k]!) * steps[k]!;
      return x!.data[at]!;
    });
  },
  tangent: (node, _, dx, lead) => transpose(dx, behind(lead, node.attributes.perm)),
  adjoint: (node, _, adjoint, lead) => transpose(adjoint, behind(lead, inverse(node.attributes.perm))),
});

/** x with its axes permuted: axis i of the result is axis perm[i] of x (default: reversed). Throws GraphError unless `perm` has each axis once. */
export function transpose(x: Expr, perm: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i)): Expr {
  transposeOp.infer([x], { perm });
  if (perm.every((axis, i) => axis === i)) return x;
  if (x.op === transposeOp)
    return transpose(
      x.args[0]!,
      perm.map((axis) => x.attributes.perm[axis]),
    );
  if (x.op === expandOp && x.args[0]!.shape.length === 0)
    return expand(
      x.args[0]!,
      perm.map((axis) => x.shape[axis]!),
    );
  const node = makeExpr(transposeOp, [x], { perm });
  return isConstant(x) ? foldConstants(node) : node;
}

/** The permutation of so many axes that swaps the last two. */
export const lastTwoSwapped = (rank: number): number[] => [
  ...Array.from({ length: rank - 2 }, (_, axis) => axis),
  rank - 1,
  rank - 2,
];

/** Swaps the last two axes. */
export const matrixTranspose = (x: Expr): Expr => transpose(x, lastTwoSwapped(x.shape.length));

/**
 * A stack of matrices whose transposes are x, if it is itself a transposition that moves whole rows, and is cheaper for it than x; undefined
 * where x is none such.
 */
export const columnsOf = (x: Expr): Expr | undefined => {
  const rank = x.shape.length;
  if (rank === 2 || x.op !== transposeOp || x.attributes.perm.at(-2) !== rank - 1) return undefined;
  const rows = matrixTranspose(x);
  return rows.op === transposeOp ? rows : undefined;
};
