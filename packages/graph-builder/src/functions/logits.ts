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

/** Is it 1 throughout, as written? */
export const isOne = (x: Expr): boolean => uniformValue(x.op === expandOp ? x.args[0]! : x) === 1;

/**
 * What `find` finds of an expression, or of what it is a cast, a reshape that keeps the axis, or a transposition of, brought to the
 * expression's own type and shape. Without an axis every reshape will do.
 */
const through = <A extends number | undefined>(
  e: Expr,
  axis: A,
  find: (e: Expr, axis: A) => Expr | undefined,
): Expr | undefined => {
  const found = find(e, axis);
  if (found) return found;
  const { op, args, attributes, dtype, shape } = e;
  const inner = args[0]!;
  const from = (before: number | undefined): Expr | undefined =>
    (axis === undefined) === (before === undefined) ? through(inner, before as A, find) : undefined;
  if (op === castOp && isFloat(inner.dtype)) {
    const logits = from(axis);
    return logits && cast(logits, dtype);
  }
  if (op === reshapeOp) {
    const logits = from(axis === undefined ? undefined : axisBefore(inner, e, axis));
    return logits && reshape(logits, shape);
  }
  if (op === transposeOp) {
    const logits = from(axis === undefined ? undefined : attributes.perm[axis]);
    return logits && transpose(logits, attributes.perm);
  }
  return undefined;
};

/** What a probability is the sigmoid of, in its shape: through casts, reshapes and transpositions. Undefined where it is none. */
export const logitOf = (probability: Expr): Expr | undefined =>
  through(probability, undefined, ({ op, args }) => (op === sigmoidOp ? args[0] : undefined));

/** [0, z], whose softmax along the axis is [1 − σ(z), σ(z)]: two classes by the logit of the second, of length 1 along the axis. */
export const twoClasses = (logit: Expr, axis: number): Expr =>
  concat([expand(constant(0, logit.dtype), logit.shape), logit], axis);

/** p of 1 − p. */
export const lessThanOne = ({ op, args }: Expr): Expr | undefined =>
  op === subOp && isOne(args[0]!) ? args[1] : undefined;

/** z of [1 − σ(z), σ(z)]. */
const logitOfPair = ([first, second, ...others]: readonly Expr[]): Expr | undefined =>
  second?.op === sigmoidOp && others.length === 0 && lessThanOne(first!) === second ? second.args[0] : undefined;

/**
 * What probabilities are the softmax of along an axis (0..rank−1), in their own shape: through casts, reshapes that keep the axis, and
 * transpositions; of two that are 1 − σ(z) and σ(z), 0 and z. Undefined where they are no softmax along it. Up to a number for each
 * line these are their logarithms, without the rounding to 0 and 1.
 */
export const logitsOf = (probabilities: Expr, axis: number): Expr | undefined =>
  through(probabilities, axis, ({ op, args, attributes }, along: number) => {
    if (op === softmaxOp && attributes.axis === along) return args[0];
    const logit = op === concatOp && attributes.axis === along ? logitOfPair(args) : undefined;
    return logit && twoClasses(logit, along);
  });
