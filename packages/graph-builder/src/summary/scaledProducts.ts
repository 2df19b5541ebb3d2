/**
 * Products that are then multiplied by one number, as attention's scores are: one bilinear operation that scales the operand without a stack,
 * where scaling the result of every tangent would be a pass over the whole stack.
 */

import type { Expr } from '../expr.js';
import type { BilinearCurvature } from '../op.js';
import { constant } from '../ops/constant.js';
import { expand, expandOp } from '../ops/expand.js';
import { mul } from '../ops/mul.js';
import type { Stage } from '../transforms/vjp.js';

const scaledDifferential = (product: Expr, curvature: BilinearCurvature, factor: Expr): Stage['differential'] => {
  const apply: BilinearCurvature['apply'] = (_, a, b, leadA, leadB) => {
    if (leadA === 0) return curvature.apply(product, mul(a, factor), b, leadA, leadB);
    if (leadB === 0) return curvature.apply(product, a, mul(b, factor), leadA, leadB);
    return mul(curvature.apply(product, a, b, leadA, leadB), factor);
  };
  const adjoint: BilinearCurvature['adjoint'] = (_, i, lambda, other, leadAdjoint, leadOther) => {
    if (leadOther === 0) return curvature.adjoint(product, i, lambda, mul(other, factor), leadAdjoint, leadOther);
    if (leadAdjoint === 0) return curvature.adjoint(product, i, mul(lambda, factor), other, leadAdjoint, leadOther);
    return mul(curvature.adjoint(product, i, lambda, other, leadAdjoint, leadOther), factor);
  };
  const { args } = product;
  return {
    tangent: (node, i, dx, lead) => (i === 0 ? apply(node, dx, args[1]!, lead, 0) : apply(node, args[0]!, dx, 0, lead)),
    adjoint: (node, i, lambda, lead) => adjoint(node, i as 0 | 1, lambda, args[1 - i]!, lead, 0),
    curvature: { kind: 'bilinear', apply, adjoint },
  };
};

/** The number that an operation multiplies its only operand by, whatever it adds; undefined where it does more. */
const scaleOf = (node: Expr, { args, differential }: Stage): Expr | undefined => {
  const { curvature, tangent } = differential;
  if (args.length !== 1 || curvature.kind !== 'diagonal' || curvature.curved(node)) return undefined;
  const first = tangent(node, 0, expand(constant(1, node.dtype), node.shape), 0);
  return first?.op === expandOp && first.args[0]!.shape.length === 0 ? first.args[0] : undefined;
};

/** Stages in which a product that only its multiple by a number reads is one with it. */
export const mergeScales = (stages: ReadonlyMap<Expr, Stage>): ReadonlyMap<Expr, Stage> => {
  const readers = new Map<Expr, number>();
  for (const { args } of stages.values()) for (const arg of args) readers.set(arg, (readers.get(arg) ?? 0) + 1);
  const merged = new Map(stages);
  for (const [node, stage] of stages) {
    const factor = scaleOf(node, stage);
    const product = stage.args[0]!;
    const of = merged.get(product);
    if (!factor || !of || of.differential.curvature.kind !== 'bilinear' || readers.get(product) !== 1) continue;
    // One that was merged before has other operands than its node.
    if (of.args !== product.args) continue;
    merged.delete(product);
    merged.set(node, { args: of.args, differential: scaledDifferential(product, of.differential.curvature, factor) });
  }
  return merged;
};
