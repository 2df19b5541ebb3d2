/** Logits of probabilities that a graph computes as a softmax or a sigmoid. */

import { type Expr, isFloat } from '../expr.js';
import { cast, castOp } from '../ops/cast.js';
import { concat, concatOp } from '../ops/concat.js';
import { constant, uniformValue } from '../ops/constant.js';
import { expand, expandOp } from '../ops/expand.js';
import { reshape, reshapeOp } from '../ops/reshape.js';
import { sigmoidOp } from '../ops/sigmoid.js';
import { softmaxOp } from '../ops/softmax.js';
import { subOp } from '../ops/sub.js';
import { transpose, transposeOp } from '../ops/transpose.js';
import { sizeOf } from '../shape.js';

/** The axis of a reshape's operand that is the given one of its result; undefined where its elements are not one axis there. */
const axisBefore = (before: Expr, after: Expr, axis: number): number | undefined => {
  const at = before.shape.findIndex(
    (length, i) =>
      length === after.shape[axis] && sizeOf(before.shape.slice(0, i)) === sizeOf(after.shape.slice(0, axis)),
  );
  return at < 0 ? undefined : at;
};

const isOne = (x: Expr): boolean => uniformValue(x.op === expandOp ? x.args[0]! : x) === 1;

/** What a probability is the sigmoid of, in its shape: through casts, reshapes and transpositions. Undefined where it is none. */
export const logitOf = ({ op, args, attributes, dtype, shape }: Expr): Expr | undefined => {
  const inner = args[0]!;
  if (op === sigmoidOp) return inner;
  const logit =
    op === reshapeOp || op === transposeOp || (op === castOp && isFloat(inner.dtype)) ? logitOf(inner) : undefined;
  if (!logit || op === castOp) return logit && cast(logit, dtype);
  return op === reshapeOp ? reshape(logit, shape) : transpose(logit, attributes.perm);
};

/** [0, z], whose softmax along the axis is [1 − σ(z), σ(z)]: two classes by the logit of the second, of length 1 along the axis. */
export const twoClasses = (logit: Expr, axis: number): Expr =>
  concat([expand(constant(0, logit.dtype), logit.shape), logit], axis);

/** z of [1 − σ(z), σ(z)]. */
const logitOfPair = ([first, second, ...others]: readonly Expr[]): Expr | undefined =>
  second?.op === sigmoidOp &&
  others.length === 0 &&
  first!.op === subOp &&
  isOne(first!.args[0]!) &&
  first!.args[1] === second
    ? second.args[0]
    : undefined;

/**
 * What probabilities are the softmax of along an axis (0..rank−1), in their own shape: through casts, reshapes that keep the axis, and
 * transpositions; of two that are 1 − σ(z) and σ(z), 0 and z. Undefined where they are no softmax along it. Up to a number for each
 * line these are their logarithms, without the rounding to 0 and 1.
 */
export const logitsOf = (probabilities: Expr, axis: number): Expr | undefined => {
  const { op, args, attributes, dtype, shape } = probabilities;
  const inner = args[0]!;
  if (op === softmaxOp) return attributes.axis === axis ? inner : undefined;
  if (op === castOp && isFloat(inner.dtype)) {
    const logits = logitsOf(inner, axis);
    return logits && cast(logits, dtype);
  }
  if (op === reshapeOp) {
    const before = axisBefore(inner, probabilities, axis);
    const logits = before === undefined ? undefined : logitsOf(inner, before);
    return logits && reshape(logits, shape);
  }
  if (op === transposeOp) {
    const logits = logitsOf(inner, attributes.perm[axis]);
    return logits && transpose(logits, attributes.perm);
  }
  if (op === concatOp && attributes.axis === axis) {
    const logit = logitOfPair(args);
    return logit && twoClasses(logit, axis);
  }
  return undefined;
};
