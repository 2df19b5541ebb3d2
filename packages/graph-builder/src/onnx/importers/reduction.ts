/** Import of reductions: which axes, kept or not, in the forms of all operator-set versions. */

import type { Expr } from '../../expr.js';
import { mean } from '../../functions/mean.js';
import { argMax, argMin } from '../../ops/argExtremum.js';
import { cumProd } from '../../ops/cumProd.js';
import { type CumSumOptions, cumSum } from '../../ops/cumSum.js';
import { reduceMax, reduceMin } from '../../ops/reduceExtremum.js';
import { reduceLogSum, reduceLogSumExp } from '../../ops/reduceLogSum.js';
import { reduceL1, reduceL2, reduceSumSquare } from '../../ops/reduceNorm.js';
import { reduceProd } from '../../ops/reduceProd.js';
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

/** An importer of ArgMax or ArgMin. */
const arg =
  (find: (x: Expr, axis: number, last: boolean) => Expr): Importer =>
  (n) => {
    const x = n.input(0);
    const axis = normalizeAxis(n.opType, n.int('axis', 0), x.shape.length);
    const found = find(x, axis, n.int('select_last_index', 0) !== 0);
    return [n.int('keepdims', 1) ? reshape(found, keptShape(x, [axis])) : found];
  };

const cumulative =
  (f: (x: Expr, axis: number, options: CumSumOptions) => Expr): Importer =>
  (n) => {
    const axis = n.numbers(1)?.[0] ?? n.fail('needs its axis');
    return [f(n.input(0), axis, { exclusive: n.int('exclusive', 0) !== 0, reverse: n.int('reverse', 0) !== 0 })];
  };

export const reductions: Readonly<Record<string, Importer>> = {
  ArgMax: arg(argMax),
  ArgMin: arg(argMin),
  CumProd: cumulative(cumProd),
  CumSum: cumulative(cumSum),
  ReduceL1: reduction(reduceL1),
  ReduceL2: reduction(reduceL2),
  ReduceLogSum: reduction(reduceLogSum),
  ReduceLogSumExp: reduction(reduceLogSumExp),
  ReduceMax: reduction(reduceMax),
  ReduceMean: reduction(mean),
  ReduceMin: reduction(reduceMin),
  ReduceProd: reduction(reduceProd),
  ReduceSum: reduction(reduceSum),
  ReduceSumSquare: reduction(reduceSumSquare),
};
