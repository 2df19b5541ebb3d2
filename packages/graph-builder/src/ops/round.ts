/** Round: the nearest integer, halves to the even one. */

import { step, stepConstructor } from '../classes/step.js';

/** The integer nearest to x; halves go to the even one. */
export const halfToEven = (x: number): number => {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
};

export const roundOp = step('round', 'Round', halfToEven);

/** The integer nearest to x, elementwise; halves go to the even neighbour (IEEE 754, ONNX). Its derivative is zero. */
export const round = stepConstructor(roundOp);
