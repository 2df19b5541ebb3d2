/** Softmax: eˣ / Σ eˣ along an axis. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { normalizeAxis } from '../shape.js';
import { rowDots } from '../summary/inner.js';
import { elementCount } from '../tensor.js';
import { sumOfPresent } from './add.js';
import { mul } from './mul.js';
import { foldAxes, keptShape, reduceSum } from './reduceSum.js';
import { reshape } from './reshape.js';
import { sub } from './sub.js';

export type SoftmaxAttributes = { readonly axis: number };

/** Type and shape of a function over the lines along an axis. Throws GraphError for integers. */
export const inferLines =
  (name: string) =>
  ([x]: readonly Expr[]): Pick<Expr, 'dtype' | 'shape'> => {
    if (!isFloat(x!.dtype)) throw new GraphError(name, `needs a floating-point operand, got ${describe(x!)}`);
    return { dtype: x!.dtype, shape: x!.shape };
  };

/** x less the highest element of its line along an axis, and for each element the Σ e^… of its line. */
export const shiftedLines = (
  data: Float64Array,
  shape: readonly number[],
  axis: number,
): { readonly shifted: Float64Array; readonly total: (i: number) => number } => {
  const inner = elementCount(shape.slice(axis + 1));
  const lineOf = (i: number): number => Math.floor(i / (inner * shape[axis]!)) * inner + (i % inner);
  const highest = foldAxes(data, shape, [axis], Number.NEGATIVE_INFINITY, Math.max);
  const shifted = data.map((v, i) => v - highest[lineOf(i)]!);
  const totals = foldAxes(shifted.map(Math.exp), shape, [axis], 0, (a, b) => a + b);
  return { shifted, total: (i) => totals[lineOf(i)]! };
};

/** Σ along an axis, which stays with length 1. */
export const sumKept = (x: Expr, axis: number): Expr => reshape(reduceSum(x, [axis]), keptShape(x, [axis]));

/** c = ẋ − Σ p ẋ: a tangent with its mean under the softmax p along `axis` removed. */
export const centre = (p: Expr, dx: Expr, axis: number, lead: number): Expr =>
  sub(dx, sumKept(mul(dx, p), axis + lead));

/** Jᵀλ = p(λ − Σ p λ); J is symmetric. */
const pulled = (node: Expr<SoftmaxAttributes>, adjoint: Expr, lead: number): Expr =>
  mul(centre(node, adjoint, node.attributes.axis, lead), node);

/** p(λ − Σ p λ), the weight of the second differential. */
const weight = (node: Expr<SoftmaxAttributes>, adjoint: Expr): Expr => pulled(node, adjoint, 0);

/** β in λ·d²p[ẋ, ·] = Jᵀβ: c(λ − Σ p λ). */
const bent = (node: Expr<SoftmaxAttributes>, adjoint: Expr, c: Expr): Expr =>
  mul(c, centre(node, adjoint, node.attributes.axis, 0));

/** dp = p c, d²p = p(c² − m), d³p = p(c³ − 3 c m − Σ p c³) with m = Σ p c². */
export const softmaxOp: Op<SoftmaxAttributes> = {
  name: 'softmax',
  infer: inferLines('softmax'),
  emit: (node, e) => e.node('Softmax', [e.name(node.args[0]!)], { axis: node.attributes.axis }),
  evaluate: (node, [x], shape) => {
    const { shifted, total } = shiftedLines(x!.data, shape, node.attributes.axis);
    return shifted.map((v, i) => Math.exp(v) / total(i));
  },
  differential: {
    tangent: (node, _, dx, lead) => mul(centre(node, dx, node.attributes.axis, lead), node),
    adjoint: (node, _, adjoint, lead) => pulled(node, adjoint, lead),
    curvature: {
      kind: 'diagonal',
      transform: (node, dx, lead) => centre(node, dx, node.attributes.axis, lead),
      second: weight,
      curved: () => true,
      // With v = λ̇ + β, which is pulled back in any case: Σ p c²(v + 2λ̇) − 3 Σ m Σ p v.
      third: (node, c, { lambda, stack }) => {
        const axis = node.attributes.axis + 1;
        const beta = lambda && bent(node, lambda, c);
        const v = sumOfPresent([stack, beta]);
        if (!v) return undefined;
        const squares = mul(c, mul(c, node));
        const means = rowDots(sumKept(squares, axis), sumKept(mul(v, node), axis));
        const dots = sumOfPresent([rowDots(squares, v), stack && mul(rowDots(squares, stack), 2)])!;
        return sub(dots, mul(means, 3));
      },
      bentResult: bent,
    },
  },
};

/** The softmax of x along `axis` (default the last), computed without overflow. Throws GraphError for integers. */
export function softmax(x: Expr, axis = -1): Expr {
  return makeExpr(softmaxOp, [x], { axis: normalizeAxis('softmax', axis, x.shape.length) });
}
