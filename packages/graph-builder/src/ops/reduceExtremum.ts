/** ReduceMax and ReduceMin: the extreme element along axes, which disappear from the shape. */

import { linear } from '../classes/linear.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { normalizeAxis } from '../shape.js';
import { cast } from './cast.js';
import { equal } from './compare.js';
import { div } from './div.js';
import { mul } from './mul.js';
import { type AxesAttributes, foldAxes, keptShape, reduceSum } from './reduceSum.js';
import { reshape } from './reshape.js';

/** The operator set since which the axes are an operand, where they were an attribute. */
const AXES_AS_OPERAND = 18;

/** Where the extremum was attained: 1 over the number of elements that tie for it, 0 elsewhere. */
const shares = (node: Expr<AxesAttributes>): Expr => {
  const x = node.args[0]!;
  const { axes } = node.attributes;
  const attained = cast(equal(x, reshape(node, keptShape(x, axes))), node.dtype);
  return div(attained, reshape(reduceSum(attained, axes), keptShape(x, axes)));
};

const reduceExtremum = (
  name: string,
  onnx: string,
  worst: number,
  f: (a: number, b: number) => number,
): Op<AxesAttributes> =>
  linear<AxesAttributes>({
    name,
    infer: ([x], { axes }) => ({ dtype: x!.dtype, shape: x!.shape.filter((_, axis) => !axes.includes(axis)) }),
    emit: (node, e) => {
      const [x, { axes }] = [e.name(node.args[0]!), node.attributes];
      return e.opset < AXES_AS_OPERAND
        ? e.node(onnx, [x], { axes, keepdims: 0 })
        : e.node(onnx, [x, e.dims(axes)], { keepdims: 0 });
    },
    evaluate: (node, [x]) => foldAxes(x!.data, x!.shape, node.attributes.axes, worst, f),
    tangent: (node, _, dx, lead) =>
      reduceSum(
        mul(dx, shares(node)),
        node.attributes.axes.map((axis) => axis + lead),
      ),
    adjoint: (node, _, adjoint, lead) => {
      const kept = keptShape(node.args[0]!, node.attributes.axes);
      return mul(reshape(adjoint, [...adjoint.shape.slice(0, lead), ...kept]), shares(node));
    },
  });

const over =
  (op: Op<AxesAttributes>) =>
  (x: Expr, axes: readonly number[] = x.shape.map((_, axis) => axis)): Expr => {
    if (x.dtype === 'bool') return cast(over(op)(cast(x, 'int32'), axes), 'bool');
    const positive = [...new Set(axes.map((axis) => normalizeAxis(op.name, axis, x.shape.length)))];
    return positive.length === 0 ? x : makeExpr(op, [x], { axes: positive.sort((a, b) => a - b) });
  };

/** The largest element along the given axes (default: all), which are removed; ties share the derivative evenly (PyTorch's amax). */
export const reduceMax = over(reduceExtremum('reduceMax', 'ReduceMax', Number.NEGATIVE_INFINITY, Math.max));

/** The smallest element along the given axes (default: all), which are removed; ties share the derivative evenly. */
export const reduceMin = over(reduceExtremum('reduceMin', 'ReduceMin', Number.POSITIVE_INFINITY, Math.min));
