/** Import of Dropout: the identity in inference; in training mode its mask is an input of the graph. */

import { type Expr, isFloat } from '../../expr.js';
import { cast } from '../../ops/cast.js';
import { constant } from '../../ops/constant.js';
import { expand } from '../../ops/expand.js';
import { input } from '../../ops/input.js';
import { mul } from '../../ops/mul.js';
import type { Importer, ImportNode } from '../importer.js';

/** An operand that says how dropout works, and so must be known when the file is read. */
const setting = (n: ImportNode, i: number, otherwise: number): number => n.value(i)?.data[0] ?? otherwise;

/**
 * A graph has no random numbers: the elements to keep come in as a bool input of x's shape, named `<output>.mask` after the
 * node's first output. Kept elements are scaled by 1/(1 − ratio).
 */
export const dropout: Importer = (n) => {
  const x = n.input(0);
  // Before opset 12 a file could not ask for training mode, nor read a mask in inference.
  if (n.opset < 12) return [x];
  const all = expand(constant(1, 'bool'), x.shape);
  const training = setting(n, 2, 0) !== 0;
  const ratio = training ? setting(n, 1, 0.5) : 0;
  if (ratio === 0 || !isFloat(x.dtype)) return [x, all];
  if (!(ratio > 0 && ratio < 1)) return n.fail(`drops a share of ${ratio}; it must be at least 0 and less than 1`);
  const mask: Expr = input(n.inputName('mask'), x.shape, 'bool', 1 - ratio);
  return [mul(mul(x, cast(mask, x.dtype)), 1 / (1 - ratio)), mask];
};
