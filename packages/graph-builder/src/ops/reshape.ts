/** Reshape: the same elements in row-major order under another shape. */

import { linear } from '../classes/linear.js';
import { type Dim, divideDimsExactly } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { type Shape, sameShape, sizeOf } from '../shape.js';
import { constant, isConstant, tensorOf } from './constant.js';
import { expand, expandOp } from './expand.js';

export type ReshapeAttributes = { readonly shape: Shape };

/**
 * The cheapest way to say a target shape: numbers as they are; one symbolic entry as −1; entries that the operand has on
 * the same axis as 0 ("copy"); failing that a vector computed at run time.
 */
const target = (from: Shape, to: Shape): readonly Dim[] => {
  const symbolic = to.filter((d) => typeof d === 'string').length;
  if (symbolic === 0) return to;
  const copied = to.map((d, axis) => (typeof d === 'string' && from[axis] === d ? 0 : d));
  let inferred = false;
  const written = copied.map((d) => {
    if (typeof d !== 'string' || inferred) return d;
    inferred = true;
    return -1;
  });
  return written.some((d) => typeof d === 'string') ? to : written;
};

export const reshapeOp = linear<ReshapeAttributes>({
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (sizeOf(x!.shape) !== sizeOf(shape)) {
      throw new GraphError(
        'reshape',
        `${describe(x!)} has ${sizeOf(x!.shape)} elements, [${shape.join(', ')}] has ${sizeOf(shape)}`,
        [sizeOf(x!.shape), sizeOf(shape)],
      );
    }
    return { dtype: x!.dtype, shape };
  },
  emit: (node, e) => {
    const x = node.args[0]!;
    // A length of 0 is meant as one; by default it would say "copy".
    if (node.shape.includes(0)) return e.node('Reshape', [e.name(x), e.dims(node.shape)], { allowzero: 1 });
    return e.node('Reshape', [e.name(x), e.dims(target(x.shape, node.shape))]);
  },
  evaluate: (_, [x]) => x!.data,
  tangent: (node, _, dx, lead) => reshape(dx, [...dx.shape.slice(0, lead), ...node.shape]),
  adjoint: (node, _, adjoint, lead) => reshape(adjoint, [...adjoint.shape.slice(0, lead), ...node.args[0]!.shape]),
});

/** The product of the lengths that are no numbers. */
const symbolicPart = (shape: Shape): Dim => sizeOf(shape.filter((d) => typeof d === 'string'));

/** x with another shape of as many elements; one entry may be −1 (inferred). Throws GraphError where the counts differ. */
export function reshape(x: Expr, shape: Shape): Expr {
  const hole = shape.indexOf(-1);
  if (hole >= 0) {
    const rest = shape.filter((_, i) => i !== hole);
    const inferred = divideDimsExactly(sizeOf(x.shape), sizeOf(rest));
    if (inferred === undefined || rest.includes(-1)) {
      throw new GraphError('reshape', `cannot infer -1 in [${shape.join(', ')}] from ${describe(x)}`, [
        symbolicPart(x.shape),
        symbolicPart(rest),
      ]);
    }
    return reshape(
      x,
      shape.map((d, i) => (i === hole ? inferred : d)),
    );
  }
  if (sameShape(x.shape, shape)) return x;
  if (x.op === reshapeOp) return reshape(x.args[0]!, shape);
  // A scalar spread over a shape stays one number: reshaping it is spreading it over the other shape.
  if (x.op === expandOp && sizeOf(x.args[0]!.shape) === 1 && sizeOf(x.shape) === sizeOf(shape)) {
    return expand(reshape(x.args[0]!, []), shape);
  }
  if (isConstant(x) && shape.every((d) => typeof d === 'number')) {
    const value = tensorOf(x)!;
    if (sizeOf(shape) === value.data.length) return constant({ ...value, shape });
  }
  return makeExpr(reshapeOp, [x], { shape });
}
