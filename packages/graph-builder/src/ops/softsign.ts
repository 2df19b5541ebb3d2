/** Softsign: x/(1 + |x|). */

import type { Expr } from '../expr.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';

/** x/(1 + |x|), elementwise, in (−1, 1). Its second derivative jumps at 0; there it is 0. */
export const softsign = (x: Expr): Expr => div(x, add(abs(x), 1));
