/** Stack axes of convolutions' operands: folded into axes that the operation carries through. */

import { type Dim, divideDimsExactly, multiplyDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { entry, joined } from '../ops/entries.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';

/** [k, ...n] as its k entries [...n], mapped and stacked again. */
const unrolled = (count: number, f: (i: number) => Expr): Expr =>
  joined(
    Array.from({ length: count }, (_, i) => f(i)),
    0,
  );

/** [k, ...n] joined with axis `axis` of n, whose entries are grouped: [.., g·k·(d/g), ..]. */
export const foldStack = (stack: Expr, axis: number, groups: number): Expr => {
  const [k, ...own] = stack.shape as readonly [Dim, ...Dim[]];
  if (axis === 0 && groups === 1) return reshape(stack, [multiplyDims(k, own[0]!), ...own.slice(1)]);
  const share = divideDimsExactly(own[axis]!, groups)!;
  const apart = reshape(stack, [k, ...own.slice(0, axis), groups, share, ...own.slice(axis + 1)]);
  const order = apart.shape.map((_, i) => i).slice(1);
  order.splice(axis + 1, 0, 0);
  return reshape(
    transpose(apart, order),
    own.map((d, i) => (i === axis ? multiplyDims(k, d) : d)),
  );
};

/** The inverse of `foldStack`. */
export const unfoldStack = (x: Expr, axis: number, groups: number, k: Dim): Expr => {
  const share = divideDimsExactly(x.shape[axis]!, multiplyDims(k, groups))!;
  if (axis === 0 && groups === 1) return reshape(x, [k, share, ...x.shape.slice(1)]);
  const apart = reshape(x, [...x.shape.slice(0, axis), groups, k, share, ...x.shape.slice(axis + 1)]);
  const axes = apart.shape.map((_, i) => i);
  const front = transpose(apart, [axis + 1, ...axes.filter((i) => i !== axis + 1)]);
  return reshape(front, [k, ...x.shape.map((d, i) => (i === axis ? multiplyDims(groups, share) : d))]);
};

/** Where an operand's stack goes: which of its axes takes it in, which axis of the result it comes out of. */
export interface Fold {
  readonly operand: number;
  readonly result: number;
  /** Groups of that axis of the operand, and of that axis of the result. */
  readonly groups: number;
  readonly resultGroups: number;
}

/**
 * f over operands of which either or both carry one stack axis, entries paired where both do. A single stacked operand is
 * folded into one call; pairs are called one by one, for there is no batched convolution.
 */
export const overStacks = (
  f: (a: Expr, b: Expr) => Expr,
  a: Expr,
  b: Expr,
  leadA: number,
  leadB: number,
  folds: readonly [Fold, Fold],
): Expr => {
  if (leadA === 1 && leadB === 1 && (a.shape[0] !== 1 || b.shape[0] !== 1)) {
    return unrolled(Number(a.shape[0]), (i) => f(entry(a, 0, i), entry(b, 0, i)));
  }
  if (leadA === 0 && leadB === 0) return f(a, b);
  if (leadA + leadB === 2 || (leadA ? a : b).shape[0] === 1) {
    const one = f(leadA ? reshape(a, a.shape.slice(1)) : a, leadB ? reshape(b, b.shape.slice(1)) : b);
    return reshape(one, [1, ...one.shape]);
  }
  const fold = folds[leadA ? 0 : 1];
  const folded = foldStack(leadA ? a : b, fold.operand, fold.groups);
  const result = leadA ? f(folded, b) : f(a, folded);
  return unfoldStack(result, fold.result, fold.resultGroups, (leadA ? a : b).shape[0]!);
};
