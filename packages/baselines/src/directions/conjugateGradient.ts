/** Conjugate gradients over lists of tensors, unrolled. */

import { add, and, constant, div, type Expr, greater, mul, sqrt, where } from '@hograd/graph-builder';
import { innerProduct } from '../products.js';

export interface ConjugateGradientOptions {
  readonly iterations: number;
  /** Of the residual's norm, relative to the right-hand side's. */
  readonly tolerance: number;
}

export interface Solved {
  readonly solution: readonly Expr[];
  /** ‖b − Ax‖/‖b‖ by the iterations' own recurrence; 0 where b = 0. A scalar. */
  readonly residual: Expr;
}

interface Iterate {
  readonly x: readonly Expr[];
  readonly r: readonly Expr[];
  readonly p: readonly Expr[];
  /** ‖r‖². */
  readonly rr: Expr;
  /** A boolean scalar: neither converged nor stopped by curvature. */
  readonly active: Expr;
}

/** a + s·b over lists. */
const axpy = (a: readonly Expr[], s: Expr, b: readonly Expr[]): readonly Expr[] =>
  a.map((tensor, i) => add(tensor, mul(b[i]!, s)));

/** a/b where the condition holds, 0 elsewhere, never dividing by what may be 0. */
const ratioWhere = (condition: Expr, a: Expr, b: Expr): Expr =>
  where(condition, div(a, where(condition, b, constant(1, b.dtype))), constant(0, a.dtype));

/**
 * x ≈ A⁻¹b for a symmetric A given as a function, from x = 0. Once the residual is at most `tolerance`·‖b‖ or pᵀAp is
 * not positive, x stays what it is; if the very first direction, b itself, has no positive curvature, x is b. Hestenes
 * and Stiefel, 1952.
 */
export const conjugateGradient = (
  apply: (v: readonly Expr[]) => readonly Expr[],
  b: readonly Expr[],
  { iterations, tolerance }: ConjugateGradientOptions,
): Solved => {
  const bb = innerProduct(b, b);
  const zero = constant(0, bb.dtype);
  const enough = mul(bb, tolerance ** 2);
  const advance = ({ x, r, p, rr, active }: Iterate, first: boolean): Iterate => {
    const product = apply(p);
    const curvature = innerProduct(p, product);
    const bent = and(active, greater(curvature, 0));
    const alpha = ratioWhere(bent, rr, curvature);
    // Before the first step p = b, and a step of 1 along it makes x = b.
    const length = first ? where(bent, alpha, where(active, constant(1, bb.dtype), zero)) : alpha;
    const rest = axpy(r, mul(alpha, -1), product);
    const left = innerProduct(rest, rest);
    const beta = ratioWhere(bent, left, rr);
    return {
      x: axpy(x, length, p),
      r: rest,
      p: axpy(rest, beta, p),
      rr: left,
      active: and(bent, greater(left, enough)),
    };
  };
  let iterate: Iterate = { x: b.map((tensor) => mul(tensor, 0)), r: b, p: b, rr: bb, active: greater(bb, 0) };
  for (let k = 0; k < iterations; k++) iterate = advance(iterate, k === 0);
  return { solution: iterate.x, residual: sqrt(ratioWhere(greater(bb, 0), iterate.rr, bb)) };
};
