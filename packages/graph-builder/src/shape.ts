/** Shapes: lists of dimensions, broadcast the way numpy and ONNX do. */

import { type Dim, productOfDims } from './dim.js';
import { GraphError, type Unequal } from './error.js';

/** Dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly Dim[];

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** The first lengths in which shapes of one rank differ; undefined where none do, or the ranks differ. */
export const unequalLengths = (a: Shape, b: Shape): Unequal | undefined => {
  const at = a.length === b.length ? a.findIndex((d, i) => d !== b[i]) : -1;
  return at < 0 ? undefined : [a[at]!, b[at]!];
};

const isExtent = (dim: Dim): boolean => typeof dim === 'string' || (Number.isSafeInteger(dim) && dim >= 0);

/** Throws GraphError unless each number among the dimensions is a whole one from 0 to 2⁵³ − 1; `what` has the shape. */
export const requireExtents = (operation: string, what: string, shape: Shape): void => {
  if (shape.every(isExtent)) return;
  throw new GraphError(
    operation,
    `${what} has shape [${shape.join(', ')}]; numbers in it must be whole ones from 0 to 2⁵³ − 1`,
  );
};

export const sizeOf = (shape: Shape): Dim => productOfDims(shape);

/** The broadcast of shapes, right-aligned; two different symbols, or a symbol against a number other than 1, do not broadcast. */
export const broadcastShapes = (operation: string, ...shapes: readonly Shape[]): Shape => {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    let dim: Dim = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === dim) continue;
      if (dim !== 1) {
        const text = shapes.map((s) => `[${s.join(', ')}]`).join(' and ');
        throw new GraphError(operation, `shapes ${text} do not broadcast: ${dim} against ${own} on axis ${axis}`, [
          dim,
          own,
        ]);
      }
      dim = own;
    }
    return dim;
  });
};

/** A possibly negative axis of a tensor of the given rank, as 0..rank−1. */
export const normalizeAxis = (operation: string, axis: number, rank: number): number => {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank) {
    throw new GraphError(operation, `axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return positive;
};

/** Row-major strides of a concrete shape. */
export const stridesOf = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
};

/** Number of elements, with a guess for lengths that are not known: for a choice between two ways. */
export const likelySize = ({ shape }: { readonly shape: Shape }): number =>
  shape.reduce<number>((size, d) => size * (typeof d === 'number' ? d : 100), 1);
