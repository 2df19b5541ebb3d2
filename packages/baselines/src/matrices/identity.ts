/** Identity matrices, damping and traces. */

import {
  add,
  cast,
  constant,
  type DType,
  type Expr,
  equal,
  iota,
  mul,
  reduceSum,
  reshape,
} from '@hograd/graph-builder';

/** The identity of that size, made of two ranges rather than stored. */
export const identity = (size: number, dtype: DType): Expr =>
  size === 1 ? reshape(constant(1, dtype), [1, 1]) : cast(equal(reshape(iota(size), [size, 1]), iota(size)), dtype);

const identityLike = (matrix: Expr): Expr => identity(Number(matrix.shape[0]), matrix.dtype);

/** M + γI for a square M and a number or scalar γ. */
export const addDiagonal = (matrix: Expr, gamma: Expr | number): Expr => add(matrix, mul(identityLike(matrix), gamma));

/** The trace of a square matrix. */
export const trace = (matrix: Expr): Expr => reduceSum(mul(matrix, identityLike(matrix)));
