/** Floor: the next integer down. */

import { step, stepConstructor } from '../classes/step.js';

export const floorOp = step('floor', 'Floor', Math.floor);

/** The largest integer that is at most x, elementwise; its derivative is zero. */
export const floor = stepConstructor(floorOp);
