/** Recognising zeros, which bilinear operations need not multiply by. */

import type { Expr } from '../expr.js';
import { uniformValue } from '../ops/constant.js';
import { expandOp } from '../ops/expand.js';

/** Is every element zero, as far as the graph shows? */
export const isZero = (x: Expr): boolean => uniformValue(x.op === expandOp ? x.args[0]! : x) === 0;
