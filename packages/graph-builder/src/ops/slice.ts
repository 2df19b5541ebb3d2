/** Slice: a box of an operand, by its start and size on every axis. */

import { linear } from '../classes/linear.js';
import { addDims, type Dim, subtractDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { normalizeAxis, type Shape, sameShape, stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';
import { expand, expandOp } from './expand.js';
import { foldConstants } from './fold.js';
import { pad } from './pad.js';

export type SliceAttributes = { readonly starts: readonly Dim[]; readonly sizes: Shape };

/**
 * Lengths before, in and behind a box that is most of its operand, and one piece of it in memory: ONNX Runtime's Split copies that 1.6 times as
 * fast as its Slice. Undefined for other boxes.
 */
const piece = (
  node: Expr<SliceAttributes>,
): { readonly axis: number; readonly lengths: readonly number[] } | undefined => {
  const x = node.args[0]!;
  const cut = x.shape.map((_, i) => i).filter((i) => x.shape[i] !== node.shape[i]);
  const [axis] = cut;
  if (axis === undefined || cut.length > 1 || x.shape.slice(0, axis).some((d) => d !== 1)) return undefined;
  const [whole, size, start] = [x.shape[axis], node.shape[axis], node.attributes.starts[axis]];
  if (typeof whole !== 'number' || typeof size !== 'number' || typeof start !== 'number') return undefined;
  return 4 * size < 3 * whole ? undefined : { axis, lengths: [start, size, whole - start - size] };
};

export const sliceOp = linear<SliceAttributes>({
  name: 'slice',
  infer: ([x], { starts, sizes }) => {
    const rank = x!.shape.length;
    const outside = sizes.some((size, i) => {
      const room = subtractDims(x!.shape[i]!, addDims(starts[i] ?? 0, size));
      return typeof room === 'number' && room < 0;
    });
    const negative = [...starts, ...sizes].some((d) => typeof d === 'number' && !(d >= 0));
    if (starts.length !== rank || sizes.length !== rank || outside || negative) {
      throw new GraphError(
        'slice',
        `start [${starts.join(', ')}] and size [${sizes.join(', ')}] leave ${describe(x!)}`,
      );
    }
    return { dtype: x!.dtype, shape: sizes };
  },
  emit: (node, e) => {
    const x = node.args[0]!;
    const split = piece(node);
    if (split) {
      const lengths = split.lengths.filter((length) => length > 0);
      const parts = e.nodes('Split', [e.name(x), e.dims(lengths)], lengths.length, { axis: split.axis });
      return parts[split.lengths[0]! > 0 ? 1 : 0]!;
    }
    const axes = x.shape.map((_, i) => i).filter((i) => x.shape[i] !== node.shape[i]);
    const starts = axes.map((i) => node.attributes.starts[i]!);
    const ends = axes.map((i) => addDims(node.attributes.starts[i]!, node.shape[i]!));
    return e.node('Slice', [e.name(x), e.dims(starts), e.dims(ends), e.dims(axes)]);
  },
  evaluate: (node, [x], shape, bind) => {
    const strides = stridesOf(shape);
    const own = stridesOf(x!.shape);
    const out = new Float64Array(elementCount(shape));
    const starts = node.attributes.starts.map(bind);
    for (let i = 0; i < out.length; i++) {
      let at = 0;
      for (let k = 0; k < shape.length; k++) at += ((Math.floor(i / strides[k]!) % shape[k]!) + starts[k]!) * own[k]!;
      out[i] = x!.data[at]!;
    }
    return out;
  },
  tangent: (node, _, dx, lead) => {
    const stack = dx.shape.slice(0, lead);
    return slice(dx, [...stack.map(() => 0), ...node.attributes.starts], [...stack, ...node.attributes.sizes]);
  },
  adjoint: (node, _, adjoint, lead) => {
    const { starts } = node.attributes;
    const after = node.args[0]!.shape.map((d, i) => subtractDims(d, addDims(starts[i]!, node.shape[i]!)));
    const none = new Array<number>(lead).fill(0);
    return pad(adjoint, [...none, ...starts], [...none, ...after]);
  },
});

/** The box of an expansion's operand that expands to a box of the expansion. */
const sliceUnexpanded = ({ args, shape }: Expr, starts: readonly Dim[], sizes: Shape): Expr => {
  const inner = args[0]!;
  const lacking = shape.length - inner.shape.length;
  const whole = inner.shape.map((d, i) => d !== shape[i + lacking]);
  return slice(
    inner,
    inner.shape.map((_, i) => (whole[i] ? 0 : starts[i + lacking]!)),
    inner.shape.map((d, i) => (whole[i] ? d : sizes[i + lacking]!)),
  );
};

/** The box of x that begins at `starts` and has shape `sizes` (one entry an axis). Throws GraphError where it leaves x. */
export function slice(x: Expr, starts: readonly Dim[], sizes: Shape): Expr {
  sliceOp.infer([x], { starts, sizes });
  if (sameShape(x.shape, sizes) && starts.every((s) => s === 0)) return x;
  if (x.op === expandOp) return expand(sliceUnexpanded(x, starts, sizes), sizes);
  if (x.op === sliceOp) {
    return slice(
      x.args[0]!,
      starts.map((s, i) => addDims(s, x.attributes.starts[i])),
      sizes,
    );
  }
  return foldConstants(makeExpr(sliceOp, [x], { starts, sizes }));
}

/**
 * The part of x with indices start..start+size−1 on one axis (negative counts from the end). Throws GraphError where there is no such axis, and
 * where the part leaves x.
 */
export const sliceAxis = (x: Expr, axis: number, start: Dim, size: Dim): Expr => {
  const along = normalizeAxis('sliceAxis', axis, x.shape.length);
  return slice(
    x,
    x.shape.map((_, i) => (i === along ? start : 0)),
    x.shape.map((d, i) => (i === along ? size : d)),
  );
};
