/** Sums of padded operands that do not overlap, as adjoints of slices are: joining copies where adding would compute with zeros. */

import { addDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { sameShape } from '../shape.js';
import { concat } from './concat.js';
import { pad, padOp } from './pad.js';

/** a + b where both are padded along one axis alone and lie side by side there; else undefined. */
export const joinPadded = (a: Expr, b: Expr): Expr | undefined => {
  if (a.op !== padOp || b.op !== padOp || !sameShape(a.shape, b.shape)) return undefined;
  const [axis, ...others] = a.shape.flatMap((_, i) =>
    [a, b].some(({ attributes: { before, after } }) => before[i] !== 0 || after[i] !== 0) ? [i] : [],
  );
  if (axis === undefined || others.length > 0) return undefined;
  const end = ({ args, attributes }: Expr) => addDims(attributes.before[axis], args[0]!.shape[axis]!);
  const [first, second] = end(a) === b.attributes.before[axis] ? [a, b] : [b, a];
  if (end(first) !== second.attributes.before[axis]) return undefined;
  return pad(concat([first.args[0]!, second.args[0]!], axis), first.attributes.before, second.attributes.after);
};
