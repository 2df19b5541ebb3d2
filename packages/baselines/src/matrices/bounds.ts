/** Bounds on eigenvalues and on what an iteration has left undone. */

import { abs, type Expr, reduceMax, reduceSum, sub } from '@hograd/graph-builder';
import { identity } from './identity.js';

/** The largest absolute row sum ‖M‖∞: no eigenvalue of M is larger in modulus. A scalar. */
export const rowSumNorm = (matrix: Expr): Expr => reduceMax(reduceSum(abs(matrix), [1]), [0]);

/** The largest entry of |I − P| for a square P that should be the identity. A scalar; NaN where P has one. */
export const distanceFromIdentity = (product: Expr): Expr =>
  reduceMax(abs(sub(product, identity(Number(product.shape[0]), product.dtype))), [0, 1]);
