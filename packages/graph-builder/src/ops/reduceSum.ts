/** ReduceSum: sums over axes, which disappear from the shape. */

import { linear } from '../classes/linear.js';
import { type Expr, makeExpr, requireNumbers } from '../expr.js';
import { normalizeAxis, sizeOf, stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';
import { cast } from './cast.js';
import { dims } from './dims.js';
import { expand, expandOp } from './expand.js';
import { mul } from './mul.js';
import { reshape } from './reshape.js';

export type AxesAttributes = { readonly axes: readonly number[] };

/** The shape with the reduced axes as 1, to spread a reduction back over its operand. */
export const keptShape = (x: Expr, axes: readonly number[]) => x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d));

/** Folds the elements along axes with a function of (accumulator, element). */
export const foldAxes = (
  data: Float64Array,
  shape: readonly number[],
  axes: readonly number[],
  initial: number,
  f: (accumulator: number, element: number) => number,
): Float64Array => {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const keptSizes = kept.map((axis) => shape[axis]!);
  const out = new Float64Array(elementCount(keptSizes)).fill(initial);
  const strides = stridesOf(shape);
  const outStrides = stridesOf(keptSizes);
  for (let i = 0; i < data.length; i++) {
    let at = 0;
    for (let k = 0; k < kept.length; k++) at += (Math.floor(i / strides[kept[k]!]!) % keptSizes[k]!) * outStrides[k]!;
    out[at] = f(out[at]!, data[i]!);
  }
  return out;
};

export const reduceSumOp = linear<AxesAttributes>({
  name: 'reduceSum',
  infer: ([x], { axes }) => {
    requireNumbers('reduceSum', x!);
    return { dtype: x!.dtype, shape: x!.shape.filter((_, axis) => !axes.includes(axis)) };
  },
  emit: (node, e) => e.node('ReduceSum', [e.name(node.args[0]!), e.dims(node.attributes.axes)], { keepdims: 0 }),
  evaluate: (node, [x]) => foldAxes(x!.data, x!.shape, node.attributes.axes, 0, (a, b) => a + b),
  tangent: (node, _, dx, lead) =>
    reduceSum(
      dx,
      node.attributes.axes.map((axis) => axis + lead),
    ),
  adjoint: (node, _, adjoint, lead) => {
    const x = node.args[0]!;
    const stack = adjoint.shape.slice(0, lead);
    const kept = reshape(adjoint, [...stack, ...keptShape(x, node.attributes.axes)]);
    return expand(kept, [...stack, ...x.shape]);
  },
});

/** Σ over the given axes (default: all), which are removed; negative axes count from the end. Throws GraphError on bool and for an axis that is not there. */
export function reduceSum(x: Expr, axes: readonly number[] = x.shape.map((_, axis) => axis)): Expr {
  const positive = [...new Set(axes.map((axis) => normalizeAxis('reduceSum', axis, x.shape.length)))].sort(
    (a, b) => a - b,
  );
  const real = positive.filter((axis) => x.shape[axis] !== 1);
  if (real.length === 0)
    return reshape(
      x,
      x.shape.filter((_, axis) => !positive.includes(axis)),
    );
  // Summing copies is multiplying by their number.
  if (x.op === expandOp && x.args[0]!.shape.length === x.shape.length) {
    const inner = x.args[0]!;
    const copied = real.filter((axis) => inner.shape[axis] === 1);
    if (copied.length > 0) {
      const count = cast(reshape(dims([sizeOf(copied.map((axis) => x.shape[axis]!))]), []), x.dtype);
      const kept = x.shape.map((d, axis) => (copied.includes(axis) ? 1 : d));
      return reduceSum(mul(expand(inner, kept), count), positive);
    }
  }
  return makeExpr(reduceSumOp, [x], { axes: positive });
}
