/** The generic engine: derivatives of φ(η) entry by entry, any order. Slow, and the oracle of the stacked engine. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { constant } from '../ops/constant.js';
import { detach } from '../ops/detach.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { jvp } from '../transforms/jvp.js';
import { grad } from '../transforms/vjp.js';
import { addAll } from './assemble.js';
import { type Groups, type Order, overParameters, type Summary } from './groups.js';

/** The direction of a group, constant even where it is computed from the parameters: φ moves along a fixed u. */
const directionOf = (groups: Groups, s: number): ReadonlyMap<Expr, Expr> => {
  const along = new Map<Expr, Expr>();
  for (const { parameter, direction } of groups[s]!) {
    const so = along.get(parameter);
    along.set(parameter, so ? add(so, detach(direction)) : detach(direction));
  }
  return along;
};

/**
 * One entry D^d(u)[s₁, …, s_d] of any order: ∂^d φ/∂η_{s₁}…∂η_{s_d} at η = 0, by d nested Jacobian-vector products.
 * Throws GraphError on a non-scalar loss or a direction unlike its parameter.
 */
export const derivative = (loss: Expr, groups: Groups, indices: readonly number[]): Expr => {
  const { loss: value, groups: moved, restored } = overParameters(loss, groups);
  return restored([indices.reduce((entry, s) => jvp([entry], directionOf(moved, s))[0]!, value)])[0]!;
};

const vector = (entries: readonly Expr[]): Expr =>
  concat(
    entries.map((e) => reshape(e, [1])),
    0,
  );

/** ḡ, H̄ and D3 by forward mode, reverse over forward, and thrice nested forward mode. */
export const genericSummary = (loss: Expr, groups: Groups, order: Order = 3): Summary => {
  const first = groups.map((_, s) => derivative(loss, groups, [s]));
  const gbar = vector(first);
  if (order === 1) return { gbar };
  const parameters = [...new Set(groups.flat().map((along) => along.parameter))];
  const rows = first.map((gs) => {
    const gradient = new Map(grad(gs, parameters).map((g, i) => [parameters[i]!, g]));
    const entries = groups.map((group) =>
      addAll(
        group.map(({ parameter, direction }) => reduceSum(mul(gradient.get(parameter)!, direction))),
        constant(0, loss.dtype),
      ),
    );
    return reshape(vector(entries), [1, groups.length]);
  });
  const Hbar = concat(rows, 0);
  if (order === 2) return { gbar, Hbar };
  return { gbar, Hbar, D3: vector(groups.map((_, s) => derivative(loss, groups, [s, s, s]))) };
};
