/** Vector-Jacobian products: one reverse pass. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat, topologicalOrder } from '../expr.js';
import { add } from '../ops/add.js';
import { constant } from '../ops/constant.js';
import { sameShape } from '../shape.js';
import { zerosLike } from './jvp.js';

/** The nodes among those that `outputs` read which depend on one of `sources` through floating-point values. */
export const dependents = (outputs: readonly Expr[], sources: ReadonlySet<Expr>): ReadonlySet<Expr> => {
  const found = new Set<Expr>();
  for (const node of topologicalOrder(outputs)) {
    if (!isFloat(node.dtype)) continue;
    if (sources.has(node) || (node.op.differential && node.args.some((arg) => found.has(arg)))) found.add(node);
  }
  return found;
};

/**
 * Adjoints of every node between `wrt` and the outputs: Σ λ_o ∂o/∂node. Nodes that no path reaches are absent. Building an
 * adjoint costs nothing until a graph's output reads it.
 */
export const adjoints = (seeds: ReadonlyMap<Expr, Expr>, wrt: readonly Expr[]): ReadonlyMap<Expr, Expr> => {
  for (const [output, seed] of seeds) {
    if (!sameShape(output.shape, seed.shape) || output.dtype !== seed.dtype) {
      throw new GraphError('vjp', `the adjoint of ${describe(output)} is ${describe(seed)}; it must be alike`);
    }
  }
  const outputs = [...seeds.keys()];
  const sources = new Set(wrt);
  const active = dependents(outputs, sources);
  const result = new Map<Expr, Expr>(seeds);
  const order = topologicalOrder(outputs);
  for (let n = order.length - 1; n >= 0; n--) {
    const node = order[n]!;
    const adjoint = result.get(node);
    if (adjoint === undefined || !active.has(node) || sources.has(node)) continue;
    node.args.forEach((arg, i) => {
      if (!active.has(arg)) return;
      const part = node.op.differential!.adjoint(node, i, adjoint);
      if (part === undefined) return;
      const so = result.get(arg);
      result.set(arg, so ? add(so, part) : part);
    });
  }
  return result;
};

/** λᵀJ for each of `wrt`, from adjoints (seeds) of outputs. Independent of an output means zeros. */
export const vjp = (seeds: ReadonlyMap<Expr, Expr>, wrt: readonly Expr[]): readonly Expr[] => {
  const all = adjoints(seeds, wrt);
  return wrt.map((x) => all.get(x) ?? zerosLike(x));
};

/** Throws GraphError unless the expression is one floating-point number: what can be differentiated as a loss. */
export const requireScalar = (operation: string, loss: Expr): void => {
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) {
    throw new GraphError(
      operation,
      `the loss must be a floating-point scalar, got ${describe(loss)}; reduce it to one number`,
    );
  }
};

/** Gradient of a scalar with respect to each of `wrt`, each of its operand's shape. Throws GraphError on a non-scalar. */
export const grad = (loss: Expr, wrt: readonly Expr[]): readonly Expr[] => {
  requireScalar('grad', loss);
  return vjp(new Map([[loss, constant(1, loss.dtype)]]), wrt);
};
