/** Sign: −1, 0 or 1. */

import { step, stepConstructor } from '../classes/step.js';

export const signOp = step('sign', 'Sign', Math.sign, true);

/** The sign of x: −1, 0 or 1, elementwise, in x's type, which may be an integer one; its derivative is zero. */
export const sign = stepConstructor(signOp);
