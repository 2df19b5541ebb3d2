/** Vector-Jacobian products: one reverse pass. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat, requireFloat, topologicalOrder } from '../expr.js';
import { add } from '../ops/add.js';
import { constant } from '../ops/constant.js';
import { where } from '../ops/where.js';
import { sameShape } from '../shape.js';
import { zerosLike } from './jvp.js';

/** How the derivative passes a node: by which rule, from which operands. */
export interface Stage {
  readonly args: readonly Expr[];
  readonly differential: NonNullable<Expr['op']['differential']>;
}

/** The stages from `sources` to `outputs` through floating-point values, operands before readers, sources left out. */
export const stagesBetween = (sources: ReadonlySet<Expr>, outputs: readonly Expr[]): ReadonlyMap<Expr, Stage> => {
  const stages = new Map<Expr, Stage>();
  for (const node of topologicalOrder(outputs)) {
    const { args, op } = node;
    if (sources.has(node) || !op.differential || !isFloat(node.dtype)) continue;
    const moves = (arg: Expr): boolean => stages.has(arg) || (sources.has(arg) && isFloat(arg.dtype));
    if (args.some(moves)) stages.set(node, { args, differential: op.differential });
  }
  return stages;
};

/** Is the node linear in what moves? An infinite adjoint passes it as it is. */
const isLinear = ({ args, differential }: Stage, moves: (arg: Expr) => boolean): boolean =>
  differential.curvature.kind === 'linear' ||
  (differential.curvature.kind === 'bilinear' && args.filter(moves).length === 1);

/** Nodes whose adjoint may be infinite: what roots, logarithms and the like read, and what that is a linear function of. */
const beforeSingular = (sources: ReadonlySet<Expr>, stages: ReadonlyMap<Expr, Stage>): ReadonlySet<Expr> => {
  const found = new Set<Expr>();
  const moves = (arg: Expr): boolean => stages.has(arg) || sources.has(arg);
  for (const [node, stage] of [...stages].reverse()) {
    const { op, attributes } = node;
    if (op.singular?.(attributes) || (found.has(node) && isLinear(stage, moves)))
      for (const arg of stage.args.filter(moves)) found.add(arg);
  }
  return found;
};

/**
 * Adjoints Σ λ_o ∂o/∂node of every node of the stages and of the sources they start from. Nodes that no path reaches are
 * absent. Building an adjoint costs nothing until a graph's output reads it.
 */
export const adjoints = (
  seeds: ReadonlyMap<Expr, Expr>,
  sources: ReadonlySet<Expr>,
  stages: ReadonlyMap<Expr, Stage>,
): ReadonlyMap<Expr, Expr> => {
  const result = new Map<Expr, Expr>(seeds);
  const infinite = beforeSingular(sources, stages);
  for (const [node, { args, differential }] of [...stages].reverse()) {
    const adjoint = result.get(node);
    if (adjoint === undefined) continue;
    args.forEach((arg, i) => {
      if (!stages.has(arg) && !sources.has(arg)) return;
      const passes = infinite.has(node) ? node.op.passes?.(node, i) : undefined;
      const finite = passes ? where(passes, adjoint, constant(0, adjoint.dtype)) : adjoint;
      const part = differential.adjoint(node, i, finite, 0);
      if (part === undefined) return;
      const so = result.get(arg);
      result.set(arg, so ? add(so, part) : part);
    });
  }
  return result;
};

/**
 * λᵀJ for each of `wrt`, from adjoints (seeds) of outputs. Independent of an output means zeros. Throws GraphError for a seed unlike its output, and
 * where one of `wrt` is not floating-point.
 */
export const vjp = (seeds: ReadonlyMap<Expr, Expr>, wrt: readonly Expr[]): readonly Expr[] => {
  for (const [output, seed] of seeds) {
    if (!sameShape(output.shape, seed.shape) || output.dtype !== seed.dtype) {
      throw new GraphError('vjp', `the adjoint of ${describe(output)} is ${describe(seed)}; it must be alike`);
    }
  }
  for (const x of wrt) requireFloat('vjp', x);
  const sources = new Set(wrt);
  const all = adjoints(seeds, sources, stagesBetween(sources, [...seeds.keys()]));
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

/** Gradient of a scalar with respect to each of `wrt`, each of its operand’s shape. Throws GraphError on a non-scalar, and as `vjp` does. */
export const grad = (loss: Expr, wrt: readonly Expr[]): readonly Expr[] => {
  requireScalar('grad', loss);
  return vjp(new Map([[loss, constant(1, loss.dtype)]]), wrt);
};
