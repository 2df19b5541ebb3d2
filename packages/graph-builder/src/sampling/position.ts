/** Positions along an axis as expressions: made from normalized coordinates, and held where the axis has something to read. */

import type { Expr } from '../expr.js';
import { abs } from '../ops/abs.js';
import { add } from '../ops/add.js';
import { greaterOrEqual, less, lessOrEqual } from '../ops/compare.js';
import { constant } from '../ops/constant.js';
import { mul } from '../ops/mul.js';
import { round } from '../ops/round.js';
import { sub } from '../ops/sub.js';
import { where } from '../ops/where.js';
import { bounds, heldRange, type SampledAxis } from './window.js';

/** Normalized coordinates, −1 to 1 along the axis, as positions among its elements, from 0; rounded as ONNX Runtime does. */
export const denormalized = (coordinate: Expr, { length, alignCorners }: SampledAxis): Expr => {
  const fromEdge = add(coordinate, 1);
  return alignCorners ? mul(mul(fromEdge, 0.5), length - 1) : mul(sub(mul(fromEdge, length), 1), 0.5);
};

/** The bound where the condition holds. What is not a number stays so: no comparison holds for it. */
const heldAt = (bound: number, condition: Expr, x: Expr): Expr => where(condition, constant(bound, x.dtype), x);

/** Positions mirrored at the bounds until they lie between them. */
const reflect = (x: Expr, axis: SampledAxis): Expr => {
  const [low, high] = bounds(axis);
  const period = 2 * (high - low);
  if (period === 0) return x;
  const from = sub(x, low);
  return add(abs(sub(from, mul(round(mul(from, 1 / period)), period))), low);
};

/**
 * Positions held in the axis's range, or mirrored into it. Derivatives are PyTorch's: at the edge itself, as beyond, nothing
 * depends on the position, except that zeros begin one element further out.
 */
export const hold = (x: Expr, axis: SampledAxis): Expr => {
  const { padding } = axis;
  const [low, high] = heldRange(axis);
  const inside = padding === 'reflection' ? reflect(x, axis) : x;
  const below = padding === 'zeros' ? less(inside, low) : lessOrEqual(inside, low);
  return heldAt(high, greaterOrEqual(inside, high), heldAt(low, below, inside));
};
