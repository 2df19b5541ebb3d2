/** GatherElements: picks along one axis, for every position its own index. */

import { linear } from '../classes/linear.js';
import type { Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import { normalizeAxis, stridesOf, unequalLengths } from '../shape.js';
import { expand } from './expand.js';
import { placeOf, requireIndices } from './placeOf.js';
import { scatterElements } from './scatterElements.js';

export type GatherElementsAttributes = { readonly axis: number };

/** Offset in x's data of the element that position i of `shape` refers to, its index on `axis` replaced; GraphError where x has none. */
export const elementOffset = (
  operation: string,
  i: number,
  index: number,
  axis: number,
  shape: readonly number[],
  own: readonly number[],
): number => {
  const strides = stridesOf(shape);
  const ownStrides = stridesOf(own);
  let at = 0;
  for (let k = 0; k < shape.length; k++) {
    const position = Math.floor(i / strides[k]!) % shape[k]!;
    at += (k === axis ? placeOf(operation, index, own[k]!) : position) * ownStrides[k]!;
  }
  return at;
};

/** Indices with a stack axis in front, to go along with a stacked operand. */
export const stackIndices = (indices: Expr, stack: readonly Dim[]): Expr =>
  expand(indices, [...stack, ...indices.shape]);

export const gatherElementsOp = linear<GatherElementsAttributes>({
  name: 'gatherElements',
  infer: ([x, indices], { axis }) => {
    requireIndices('gatherElements', indices!);
    if (x!.shape.length !== indices!.shape.length || x!.shape.some((d, i) => i !== axis && d !== indices!.shape[i])) {
      throw new GraphError(
        'gatherElements',
        `indices ${describe(indices!)} do not fit ${describe(x!)} off axis ${axis}`,
        unequalLengths(x!.shape.toSpliced(axis, 1), indices!.shape.toSpliced(axis, 1)),
      );
    }
    return { dtype: x!.dtype, shape: indices!.shape };
  },
  emit: (node, e) => e.node('GatherElements', node.args.map(e.name), { axis: node.attributes.axis }),
  evaluate: (node, [x, indices], shape) =>
    indices!.data.map(
      (index, i) => x!.data[elementOffset('gatherElements', i, index, node.attributes.axis, shape, x!.shape)]!,
    ),
  tangent: (node, i, dx, lead) =>
    i === 0
      ? gatherElements(dx, stackIndices(node.args[1]!, dx.shape.slice(0, lead)), node.attributes.axis + lead)
      : undefined,
  adjoint: (node, i, adjoint, lead) => {
    const { axis } = node.attributes;
    const indices = stackIndices(node.args[1]!, adjoint.shape.slice(0, lead));
    return i === 0 ? scatterElements(adjoint, indices, axis + lead, node.args[0]!.shape[axis]!) : undefined;
  },
});

/** y[.., i, ..] = x[.., indices[.., i, ..], ..] along `axis`; the other axes of x and indices (int64 or int32) agree. */
export function gatherElements(x: Expr, indices: Expr, axis: number): Expr {
  return makeExpr(gatherElementsOp, [x, indices], { axis: normalizeAxis('gatherElements', axis, x.shape.length) });
}
