/** A schedule: a factor on the rate as a function of the step counter. */

import type { Expr } from '@hograd/graph-builder';

/** Steps already taken (a floating-point scalar, 0 at the first step) to a factor, a scalar of the same type. */
export type Schedule = (step: Expr) => Expr;
