/** Padding with an operand's own elements: mirrored, repeated from the edge, or wrapped around. */

import { addDims, type Dim, subtractDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from './add.js';
import { maximum, minimum } from './extremum.js';
import { gather } from './gather.js';
import { integerDivide } from './integerDivide.js';
import { dimScalar, iota } from './iota.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sub } from './sub.js';

/** What an element beyond the edge is: its mirror image, the last one, or the first from the other side. */
export type PadMode = 'reflect' | 'edge' | 'wrap';

/** a − b⌊a/b⌋ for a ≥ 0. */
const remainder = (a: Expr, b: Expr): Expr => sub(a, mul(integerDivide(a, b), b));

/** Where each position …, −1, 0, 1, … of the padded axis reads from, given the axis's length. */
const sources: { readonly [M in PadMode]: (position: Expr, length: Dim) => Expr } = {
  edge: (position, length) => maximum(minimum(position, dimScalar(subtractDims(length, 1))), 0),
  reflect: (position, length) => {
    // The mirrored axis repeats after 2(n − 1); an axis of one element has only itself to show.
    const period = maximum(dimScalar(subtractDims(addDims(length, length), 2)), 1);
    const at = remainder(maximum(position, neg(position)), period);
    return minimum(minimum(at, sub(period, at)), dimScalar(subtractDims(length, 1)));
  },
  wrap: (position, length) => {
    const n = dimScalar(length);
    return remainder(add(remainder(position, n), n), n);
  },
};

/**
 * x with `before[i]` and `after[i]` more elements around it on axis i: its own, mirrored at the edges (`reflect`), repeated
 * from them (`edge`), or from the other end (`wrap`).
 */
export const padByIndex = (x: Expr, before: readonly Dim[], after: readonly Dim[], mode: PadMode): Expr =>
  x.shape.reduce<Expr>((value, length, axis) => {
    const [start, end] = [before[axis]!, after[axis]!];
    if (start === 0 && end === 0) return value;
    const positions = sub(iota(addDims(addDims(start, length), end)), dimScalar(start));
    return gather(value, sources[mode](positions, length), axis);
  }, x);
