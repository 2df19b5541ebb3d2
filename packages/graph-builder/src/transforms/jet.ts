/** Directional derivatives of any order. */

import { GraphError } from '../error.js';
import type { Expr } from '../expr.js';
import { jvpOrZero, zerosLike } from './jvp.js';
import { overVariables } from './variables.js';

/**
 * f, d/dt f(x + t v), …, dᵏ/dtᵏ f(x + t v) at t = 0, for k = 0..order (a whole number, 0 or more): Taylor coefficients times k!, each of f's
 * shape. Directions, each of its node's shape and type, do not depend on the point, so second tangents of the sources are zero. Hash-consing shares the terms of
 * successive orders. Throws GraphError for another order, and for a direction that is not like its node.
 */
export const jet = (output: Expr, directions: ReadonlyMap<Expr, Expr>, order: number): readonly Expr[] => {
  if (!(Number.isInteger(order) && order >= 0))
    throw new GraphError('jet', `order is ${order}; give a whole number, 0 or more`);
  const vectors = [...directions.values()];
  const { exprs, variables, restored } = overVariables([output], [...directions.keys()], vectors);
  const along = new Map(variables.map((x, i) => [x, vectors[i]!]));
  const terms: Expr[] = [exprs[0]!];
  for (let k = 1; k <= order; k++) {
    const [next] = jvpOrZero([terms[k - 1]!], along);
    terms.push(next ?? zerosLike(output));
  }
  return restored(terms);
};
