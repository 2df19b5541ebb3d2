/** HardSwish: x·min(max(x/6 + ½, 0), 1) (Howard et al. 2019, arXiv 1905.02244). */

import type { Expr } from '../expr.js';
import { hardSigmoid } from './hardSigmoid.js';
import { mul } from './mul.js';

/** x times its hard sigmoid with slope 1/6, elementwise; the derivatives at −3 and 3 are 0 and 1. */
export const hardSwish = (x: Expr): Expr => mul(x, hardSigmoid(x, 1 / 6, 0.5));
