/** Inner products of stacks over everything behind their leading axis. */

import { unbroadcast } from '../classes/elementwise.js';
import type { Expr } from '../expr.js';
import { uniformValue } from '../ops/constant.js';
import { expand, expandOp } from '../ops/expand.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { sameShape } from '../shape.js';

/** [k, ...n] as a matrix with k rows. */
const rowsOf = (x: Expr): Expr => reshape(x, [x.shape[0]!, -1]);

/** ⟨a_s, b_t⟩ for all s, t: stacks [k, ...n] and [l, ...n] give [k, l], in one matrix product. */
export const gram = (a: Expr, b: Expr): Expr => matmul(rowsOf(a), transpose(rowsOf(b)));

/** What an expansion along axes behind the first was made of. */
const unexpanded = (x: Expr): Expr => {
  const inner = x.op === expandOp ? x.args[0]! : x;
  return inner.shape.length === x.shape.length && inner.shape[0] === x.shape[0] ? inner : x;
};

/** ⟨a_s, b_s⟩ for each s: two stacks [k, ...n] give [k]. Where one is constant along an axis, the other is summed along it before anything is written. */
export const rowDots = (a: Expr, b: Expr): Expr => {
  const [many, few] = a.op === expandOp ? [b, unexpanded(a)] : [a, unexpanded(b)];
  return reduceSum(rowsOf(mul(unbroadcast(many, few.shape.slice(1), 1), few)), [1]);
};

/** Σ w·a_s for each s: a stack [k, ...n] and weights that broadcast to n give [k]. As a product, the weighted stack is never written. */
export const weightedSums = (a: Expr, weights: Expr): Expr => {
  const same = uniformValue(weights);
  if (same !== undefined) return mul(reduceSum(rowsOf(a), [1]), same);
  return sameShape(a.shape.slice(1), weights.shape)
    ? reshape(gram(reshape(weights, [1, ...weights.shape]), a), [a.shape[0]!])
    : rowDots(a, expand(weights, a.shape));
};

/** Σ w·a_s·b_s for each s: two stacks [k, ...n] and weights that broadcast to n give [k]. */
export const weightedDots = (a: Expr, b: Expr, weights: Expr): Expr => {
  const same = uniformValue(weights);
  return same === undefined ? weightedSums(mul(a, b), weights) : mul(rowDots(a, b), same);
};
