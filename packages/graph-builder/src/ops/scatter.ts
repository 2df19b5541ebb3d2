/** Scattering updates into an operand, replacing or combining what stood there, from scatters that add into zeros. */

import type { Expr } from '../expr.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater } from './compare.js';
import { constant } from './constant.js';
import { expand } from './expand.js';
import { where } from './where.js';

/** Updates added into zeros of the operand's shape. */
export type Scatter = (updates: Expr) => Expr;

/** Numbers stand in for booleans, which cannot be added. */
const asNumbers = (x: Expr): Expr => (x.dtype === 'bool' ? cast(x, 'int32') : x);

/** The operand with updates in the places they go to. Where several go to one place, their sum does: ONNX leaves that open. */
export const scatterReplace = (x: Expr, updates: Expr, scatter: Scatter): Expr => {
  const hit = greater(scatter(expand(constant(1, 'int32'), updates.shape)), 0);
  return where(hit, cast(scatter(asNumbers(updates)), x.dtype), x);
};

/** The operand with updates added. */
export const scatterAdd = (x: Expr, updates: Expr, scatter: Scatter): Expr => add(x, scatter(updates));

/**
 * The operand combined with updates by a function of two values. `rounds` are masks (bool, shape of the updates) that split
 * the updates so that within one no two go to the same place; they are combined one round after the other.
 */
export const scatterCombine = (
  x: Expr,
  updates: Expr,
  scatter: Scatter,
  rounds: readonly Expr[],
  combine: (a: Expr, b: Expr) => Expr,
): Expr =>
  rounds.reduce((value, round) => {
    const hit = greater(scatter(cast(round, 'int32')), 0);
    const update = scatter(where(round, updates, constant(0, updates.dtype)));
    return where(hit, combine(value, update), value);
  }, x);
