/** Indices along an axis, as the reference kernels read them. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat } from '../expr.js';

/** Throws GraphError unless indices are integers. */
export const requireIndices = (operation: string, indices: Expr): void => {
  if (isFloat(indices.dtype) || indices.dtype === 'bool')
    throw new GraphError(operation, `indices must be integers, got ${describe(indices)}; cast them`);
};

/** The place that an index means on an axis of that length; negative indices count from the end. Throws GraphError where there is none. */
export const placeOf = (operation: string, index: number, length: number): number => {
  const place = index < 0 ? index + length : index;
  if (Number.isInteger(place) && place >= 0 && place < length) return place;
  throw new GraphError(
    operation,
    `index ${index} is outside an axis of length ${length}; indices run from ${-length} to ${length - 1}`,
  );
};
