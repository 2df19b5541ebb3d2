/** Inner products of lists of tensors, each list read as one long vector. */

import { type Expr, mul, reduceSum, sqrt, sumOf } from '@hograd/graph-builder';

/** Σ over tensors and their entries of a·b: a scalar. */
export const innerProduct = (a: readonly Expr[], b: readonly Expr[]): Expr =>
  sumOf(a.map((tensor, i) => reduceSum(mul(tensor, b[i]!))));

/** The Euclidean norm of all tensors together. */
export const globalNorm = (a: readonly Expr[]): Expr => sqrt(innerProduct(a, a));
