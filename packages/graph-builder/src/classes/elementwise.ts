/** What elementwise operations of several operands share: broadcasting, its adjoint, and kernels over broadcast operands. */

import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import type { Attributes, Op, Value } from '../op.js';
import { constant, isHeld } from '../ops/constant.js';
import { expand, expandOp } from '../ops/expand.js';
import { foldConstants } from '../ops/fold.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { broadcastShapes, type Shape, sameShape, stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';

/**
 * A number as a constant of another operand's type; an expression as it is. Throws GraphError where the type, one of integers or bool,
 * does not hold the number: cut off after the point it would be another.
 */
export const lift = (operation: string, value: Expr | number, like: Expr): Expr => {
  if (typeof value !== 'number') return value;
  if (!isHeld(value, like.dtype)) {
    throw new GraphError(
      operation,
      `${like.dtype} does not hold ${value}; cast ${describe(like)} first, or give a number that it holds`,
    );
  }
  return constant(value, like.dtype);
};

/**
 * Sums an adjoint over the axes along which an operand was broadcast, so that it has the operand's shape again. The first
 * `lead` axes of the adjoint are stack axes and stay.
 */
export const unbroadcast = (adjoint: Expr, shape: Shape, lead = 0): Expr => {
  const extra = adjoint.shape.length - lead - shape.length;
  const axes = adjoint.shape
    .map((_, axis) => axis)
    .filter((axis) => {
      if (axis < lead) return false;
      const own = axis - lead - extra;
      return own < 0 || (shape[own] === 1 && adjoint.shape[axis] !== 1);
    });
  return reshape(reduceSum(adjoint, axes), [...adjoint.shape.slice(0, lead), ...shape]);
};

/** Puts axes of length 1 between the stack axes and the rest, so that the rest right-aligns with tensors of `rank` axes. */
export const alignLead = (x: Expr, lead: number, rank: number): Expr => {
  const missing = rank - (x.shape.length - lead);
  if (lead === 0 || missing <= 0) return x;
  return reshape(x, [...x.shape.slice(0, lead), ...new Array<number>(missing).fill(1), ...x.shape.slice(lead)]);
};

/**
 * Operands of a broadcasting operation without the expansions that the broadcast does by itself: `a·expand(b)` computes
 * `a·b`. This keeps the adjoints of reductions from being materialised.
 */
const withoutExpansions = (operation: string, args: readonly Expr[]): readonly Expr[] => {
  const full = broadcastShapes(operation, ...args.map((a) => a.shape));
  let peeled = args;
  for (let i = 0; i < args.length; i++) {
    if (peeled[i]!.op !== expandOp) continue;
    const trial = peeled.map((a, j) => (i === j ? a.args[0]! : a));
    if (sameShape(broadcastShapes(operation, ...trial.map((a) => a.shape)), full)) peeled = trial;
  }
  return peeled;
};

/**
 * A broadcasting operation over operands without needless expansions; where all of them repeat what fewer numbers say (`expand(a)·expand(b)`),
 * it is computed there and then expanded.
 */
export const overUnexpanded = (
  operation: string,
  args: readonly Expr[],
  compute: (...operands: readonly Expr[]) => Expr,
): Expr => {
  const full = broadcastShapes(operation, ...args.map((a) => a.shape));
  const bare = args.map((a) => (a.op === expandOp ? a.args[0]! : a));
  const least = broadcastShapes(operation, ...bare.map((a) => a.shape));
  return sameShape(least, full)
    ? compute(...withoutExpansions(operation, args))
    : expand(overUnexpanded(operation, bare, compute), full);
};

/** A broadcasting operation as `overUnexpanded`, a constant where its operands are small ones. */
export const makeBroadcast = <A extends Attributes>(op: Op<A>, args: readonly Expr[], attributes: A): Expr =>
  overUnexpanded(op.name, args, (...operands) => foldConstants(makeExpr(op, operands, attributes)));

/** Applies a function of numbers to broadcast operands. */
export const mapBroadcast = (
  args: readonly Value[],
  shape: readonly number[],
  f: (...values: number[]) => number,
): Float64Array => {
  const size = elementCount(shape);
  const out = new Float64Array(size);
  const outStrides = stridesOf(shape);
  const steps = args.map((arg) => {
    const own = stridesOf(arg.shape);
    return shape.map((_, axis) => {
      const at = axis - shape.length + arg.shape.length;
      return at < 0 || arg.shape[at] === 1 ? 0 : own[at]!;
    });
  });
  const values = new Array<number>(args.length);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < args.length; k++) {
      let offset = 0;
      let rest = i;
      for (let axis = 0; axis < shape.length; axis++) {
        const index = Math.floor(rest / outStrides[axis]!);
        rest -= index * outStrides[axis]!;
        offset += index * steps[k]![axis]!;
      }
      values[k] = args[k]!.data[offset]!;
    }
    out[i] = f(...values);
  }
  return out;
};
