/** LogSoftmax: x − log Σ eˣ along an axis. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { normalizeAxis } from '../shape.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { mul, square } from './mul.js';
import { neg } from './neg.js';
import { foldAxes, keptShape, reduceSum } from './reduceSum.js';
import { reshape } from './reshape.js';
import { sub } from './sub.js';

export type LogSoftmaxAttributes = { readonly axis: number };

const sumKept = (x: Expr, axis: number): Expr => reshape(reduceSum(x, [axis]), keptShape(x, [axis]));

/** c = ẋ − Σ p ẋ: a tangent with its mean under the softmax removed. */
const centre = (node: Expr<LogSoftmaxAttributes>, dx: Expr, lead: number): Expr =>
  sub(dx, sumKept(mul(dx, exp(node)), node.attributes.axis + lead));

/** p·Σλ, the weight of both higher differentials: −Σ_j λ_j Σ_k p_k c_k² and −Σ_j λ_j Σ_k p_k c_k³. */
const weight = (node: Expr<LogSoftmaxAttributes>, adjoint: Expr): Expr =>
  neg(mul(exp(node), sumKept(adjoint, node.attributes.axis)));

export const logSoftmaxOp: Op<LogSoftmaxAttributes> = {
  name: 'logSoftmax',
  infer: ([x]) => {
    if (!isFloat(x!.dtype)) throw new GraphError('logSoftmax', `needs a floating-point operand, got ${describe(x!)}`);
    return { dtype: x!.dtype, shape: x!.shape };
  },
  emit: (node, e) => e.node('LogSoftmax', [e.name(node.args[0]!)], { axis: node.attributes.axis }),
  evaluate: (node, [x], shape) => {
    const { axis } = node.attributes;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const n = shape[axis]!;
    const lineOf = (i: number): number => Math.floor(i / (inner * n)) * inner + (i % inner);
    const highest = foldAxes(x!.data, shape, [axis], Number.NEGATIVE_INFINITY, Math.max);
    const shifted = x!.data.map((v, i) => v - highest[lineOf(i)]!);
    const total = foldAxes(shifted.map(Math.exp), shape, [axis], 0, (a, b) => a + b);
    return shifted.map((v, i) => v - Math.log(total[lineOf(i)]!));
  },
  differential: {
    tangent: (node, _, dx, lead) => centre(node, dx, lead),
    adjoint: (node, _, adjoint) => sub(adjoint, mul(exp(node), sumKept(adjoint, node.attributes.axis))),
    curvature: {
      kind: 'diagonal',
      transform: centre,
      second: weight,
      third: weight,
      // The same for every class: d²y = −Σ_k p_k c_k².
      // ½p·c² is what the exponential of a softmax adds to it.
      bend: (node, c, lead) =>
        expand(neg(sumKept(mul(square(c), mul(exp(node), 0.5)), node.attributes.axis + lead)), c.shape),
    },
  },
};

/** log of the softmax of x along `axis` (default the last), computed without overflow. */
export function logSoftmax(x: Expr, axis = -1): Expr {
  return makeExpr(logSoftmaxOp, [x], { axis: normalizeAxis('logSoftmax', axis, x.shape.length) });
}

/** Softmax along `axis`, written as one ONNX Softmax. */
export const softmax = (x: Expr, axis = -1): Expr => exp(logSoftmax(x, axis));
