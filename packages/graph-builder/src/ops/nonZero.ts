/** NonZero: where an operand is not 0. How many such places there are is told by the data, so their number is a symbol of its own. */

import { type Dim, symbol } from '../dim.js';
import { GraphError } from '../error.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Op, Value } from '../op.js';
import { stridesOf } from '../shape.js';
import type { DType } from '../tensor.js';
import { cast } from './cast.js';

export type NonZeroAttributes = { readonly count: string };

/** Row-major places of the elements that are not 0. */
export const placesOf = (data: ArrayLike<number>): readonly number[] =>
  Array.from(data).flatMap((value, i) => (value === 0 ? [] : [i]));

/** Their indices, axis by axis: [rank, count]. */
export const indicesOf = ({ shape, data }: Value): readonly number[] => {
  const [strides, places] = [stridesOf(shape), placesOf(data)];
  return shape.flatMap((length, axis) => places.map((at) => Math.floor(at / strides[axis]!) % length));
};

export const nonZeroOp: Op<NonZeroAttributes> = {
  name: 'nonZero',
  infer: ([x], { count }) => ({ dtype: 'int64', shape: [x!.shape.length, count] }),
  emit: (node, e) => e.node('NonZero', [e.name(node.args[0]!)]),
  evaluate: (_, [x]) => Float64Array.from(indicesOf(x!)),
  counts: {
    symbol: (node) => node.attributes.count,
    evaluate: (_, [x]) => placesOf(x!.data).length,
  },
};

/** Types that ONNX Runtime's CPU provider has a NonZero for. */
const READ: ReadonlySet<DType> = new Set(['bool', 'float32', 'int32', 'int64', 'uint8']);

/** The symbols of operands whose places were asked for. */
const counted = new WeakMap<Expr, string>();

/** The symbol for the number of elements of x that are not 0; undefined where nobody has asked for their places. */
export const countOf = (x: Expr): Dim | undefined => counted.get(x);

/**
 * Indices [rank, count] (int64) of the elements of x that are not 0, in row-major order. `count` is a symbol made of `name` (default: of
 * x's place among all expressions), the same one wherever it is asked for again; the file computes it when it runs. x has one axis at least.
 * Throws GraphError for a scalar. Operands with other numbers of places need other names:
 * `evaluate` throws where they share one, and a runtime fails.
 */
export const nonZero = (x: Expr, name = `count_${x.id}`): Expr => {
  if (!READ.has(x.dtype)) return nonZero(cast(x, 'bool'), name);
  if (x.shape.length === 0) throw new GraphError('nonZero', 'a scalar has no places; reshape it to [1]');
  const count = counted.get(x) ?? String(symbol(name));
  counted.set(x, count);
  return makeExpr(nonZeroOp, [x], { count });
};
