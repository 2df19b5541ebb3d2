/** Dividing by the root of a second moment, which Adam and RMSProp share. */

import { add, div, type Expr, sqrt } from '@hograd/graph-builder';

/** u/(√v + ε), elementwise; v ≥ 0. */
export const overRoot = (u: Expr, v: Expr, eps: number): Expr => div(u, add(sqrt(v), eps));
