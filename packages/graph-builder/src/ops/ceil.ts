/** Ceil: the next integer up. */

import { step, stepConstructor } from '../classes/step.js';

export const ceilOp = step('ceil', 'Ceil', Math.ceil);

/** The smallest integer that is at least x, elementwise; its derivative is zero. */
export const ceil = stepConstructor(ceilOp);
