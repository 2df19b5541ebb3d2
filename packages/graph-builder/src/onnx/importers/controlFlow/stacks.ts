/** What Loop and Scan give of each step, stacked. */

import type { Expr } from '../../../expr.js';
import { constant } from '../../../ops/constant.js';
import { joined } from '../../../ops/entries.js';
import { expand } from '../../../ops/expand.js';
import { sameShape, unequalLengths } from '../../../shape.js';
import type { ImportNode } from '../../importer.js';
import { type Imported, isSequence } from '../../sequences.js';

/** What a body gives for one step as a tensor. Fails on a sequence, which does not stack. */
export const asTensor = (n: ImportNode, value: Imported): Expr =>
  isSequence(value)
    ? n.fail('stacks sequences; only tensors can be stacked: carry the sequence through the loop')
    : value;

/** No entries along an axis of their own; each would be like `one`. */
export const noEntries = (one: Expr, axis: number): Expr =>
  expand(constant(0, one.dtype), one.shape.toSpliced(axis, 0, 0));

/** The entries along an axis of their own. Fails where they differ in type or shape. */
export const stacked = (n: ImportNode, entries: readonly Expr[], axis: number): Expr => {
  const [first] = entries;
  const other = entries.findIndex(({ dtype, shape }) => dtype !== first!.dtype || !sameShape(shape, first!.shape));
  return other < 0
    ? joined(entries, axis)
    : n.fail(
        `stacks what its steps give, which is [${first!.shape.join(', ')}] first and [${entries[other]!.shape.join(', ')}] after ${other} steps; it must be alike`,
        unequalLengths(first!.shape, entries[other]!.shape),
      );
};
