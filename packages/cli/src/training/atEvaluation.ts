/** A model as it is evaluated: without Dropout. */

import { constant, type Expr, expand, type Input, isInput, substitute, topologicalOrder } from '@hograd/graph-builder';

/** The share of elements that a mask of Dropout keeps; undefined for whatever is none. */
const keptShare = (of: Expr | undefined): number | undefined => {
  const drawn = of && isInput(of) ? (of as Input).attributes.drawn : undefined;
  return typeof drawn === 'number' ? drawn : undefined;
};

/**
 * The expressions with each mask of Dropout at its mean, which the division by the kept share makes 1: nothing is dropped, as in PyTorch's
 * model.eval(). Noise stays: what draws it (a variational autoencoder) draws it at evaluation, too.
 */
export const atEvaluation = (exprs: readonly Expr[]): readonly Expr[] => {
  const means = new Map<Expr, Expr>();
  for (const node of topologicalOrder(exprs)) {
    const kept = node.op.name === 'cast' ? keptShare(node.args[0]) : undefined;
    if (kept !== undefined) means.set(node, expand(constant(kept, node.dtype), node.shape));
  }
  return substitute(exprs, means);
};
