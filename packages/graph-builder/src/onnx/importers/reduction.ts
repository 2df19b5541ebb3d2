/** Import of reductions: which axes, kept or not, in the forms of all operator-set versions. */

import type { Expr } from '../../expr.js';
import { mean } from '../../functions/mean.js';
import { keptShape, reduceSum } from '../../ops/reduceSum.js';
import { reshape } from '../../ops/reshape.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';

/** The axes of a reduction: an attribute before opset 13 (ReduceSum) or 18 (the others), an operand since; none means all. */
export const reductionAxes = (n: ImportNode, rank: number): readonly number[] => {
  const axes = n.ints('axes') ?? n.numbers(1);
  if (axes === undefined || axes.length === 0) {
    return n.int('noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, i) => i);
  }
  return axes.map((axis) => normalizeAxis(n.opType, axis, rank));
};

/** An importer from a function that removes the reduced axes. */
export const reduction =
  (reduce: (x: Expr, axes: readonly number[]) => Expr): Importer =>
  (n) => {
    const x = n.input(0);
    const axes = reductionAxes(n, x.shape.length);
    const reduced = reduce(x, axes);
    return [n.int('keepdims', 1) ? reshape(reduced, keptShape(x, axes)) : reduced];
  };

export const reductions: Readonly<Record<string, Importer>> = {
  ReduceMean: reduction(mean),
  ReduceSum: reduction(reduceSum),
};
