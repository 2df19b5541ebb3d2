/** Import of Pad: a value around an operand, or its own elements. */

import { addDims, type Dim, subtractDims } from '../../dim.js';
import type { Expr } from '../../expr.js';
import { cast } from '../../ops/cast.js';
import { greater } from '../../ops/compare.js';
import { constant, uniformValue } from '../../ops/constant.js';
import { expand } from '../../ops/expand.js';
import { pad } from '../../ops/pad.js';
import { type PadMode, padByIndex } from '../../ops/padByIndex.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { where } from '../../ops/where.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';

const MODES = new Set<string>(['reflect', 'edge', 'wrap'] satisfies PadMode[]);

const cut = (d: Dim): Dim => (typeof d === 'number' && d < 0 ? -d : 0);
const grown = (d: Dim): Dim => (typeof d === 'number' && d < 0 ? 0 : d);

/** What negative pads leave of an operand; the others come around it afterwards. */
const cropped = (x: Expr, before: readonly Dim[], after: readonly Dim[]): Expr => {
  const starts = before.map(cut);
  const sizes = x.shape.map((d, i) => subtractDims(d, addDims(starts[i]!, cut(after[i]!))));
  return slice(x, starts, sizes);
};

const padWith = (x: Expr, before: readonly Dim[], after: readonly Dim[], value: Expr): Expr => {
  if (uniformValue(value) === 0) return pad(x, before, after);
  const inside = pad(expand(constant(1, 'int32'), x.shape), before, after);
  return where(greater(inside, 0), pad(x, before, after), value);
};

/** The value around: an attribute before opset 11, an operand since. */
const fillOf = (n: ImportNode, x: Expr): Expr => {
  const given = n.optional(2);
  return given ? reshape(cast(given, x.dtype), []) : constant(n.float('value', 0), x.dtype);
};

export const padImporter: Importer = (n) => {
  const whole = n.input(0);
  const rank = whole.shape.length;
  const pads = n.ints('pads') ?? n.dims(1) ?? n.fail('needs its pads');
  const axes = (n.numbers(3) ?? whole.shape.map((_, i) => i)).map((axis) => normalizeAxis('Pad', axis, rank));
  if (pads.length !== 2 * axes.length)
    return n.fail(`has ${pads.length} pads for ${axes.length} axes; it needs two an axis`);
  const at = (offset: number): Dim[] =>
    whole.shape.map((_, i) => (axes.includes(i) ? pads[axes.indexOf(i) + offset]! : 0));
  const x = cropped(whole, at(0), at(axes.length));
  const [before, after] = [at(0).map(grown), at(axes.length).map(grown)];
  const mode = n.string('mode', 'constant');
  if (mode === 'constant') return [padWith(x, before, after, fillOf(n, x))];
  if (!MODES.has(mode)) return n.fail(`pads in the unknown mode "${mode}"`);
  return [padByIndex(x, before, after, mode as PadMode)];
};
