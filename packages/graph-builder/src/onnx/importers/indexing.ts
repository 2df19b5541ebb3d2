/** Import of operators that cut and surround. */

import { addDims, type Dim, floorDivideDims, subtractDims } from '../../dim.js';
import type { Expr } from '../../expr.js';
import { constant, tensor } from '../../ops/constant.js';
import { parted } from '../../ops/entries.js';
import { expand } from '../../ops/expand.js';
import { gather } from '../../ops/gather.js';
import { dimScalar, iota } from '../../ops/iota.js';
import { mul } from '../../ops/mul.js';
import { slice } from '../../ops/slice.js';
import { sub } from '../../ops/sub.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';
import { onnxTypeOf } from '../types.js';
import { padImporter } from './pad.js';

/** ONNX writes "to the end" as a very large number. */
const END = 2 ** 31 - 1;

/** The positions that a slice with steps picks are listed in the graph. */
const MOST_POSITIONS = 2 ** 24;

/** A slice's bound as a position in 0..length; negative ones count from the end, those outside are clipped. */
const position = (n: ImportNode, bound: Dim, length: Dim): Dim => {
  if (typeof bound === 'string') return bound;
  if (typeof length === 'number') return Math.min(Math.max(bound < 0 ? bound + length : bound, 0), length);
  if (bound >= END) return length;
  if (bound <= -END) return 0;
  if (bound < 0) return addDims(length, bound);
  return bound <= 1
    ? bound
    : n.fail(`cuts the axis of symbolic length ${length} at ${bound}, which may lie beyond its end`);
};

/** On an axis of symbolic length, every step-th element from its beginning, or backwards from its last, to the end. */
const stridedToEnd = (
  n: ImportNode,
  x: Expr,
  axis: number,
  { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
): Expr => {
  const length = x.shape[axis]!;
  const forwards = step > 0 && start === 0 && end >= END;
  if (!forwards && !(step < 0 && (start === -1 || start >= END) && end <= -END))
    return n.fail(
      `steps by ${step} from ${start} to ${end} along the symbolic axis ${axis}; supported are whole axes, [::k] and [::-k]: export the model with a fixed length`,
    );
  const size = Math.abs(step);
  const behind = mul(iota(floorDivideDims(addDims(length, size - 1), size)), size);
  return gather(x, forwards ? behind : sub(dimScalar(subtractDims(length, 1)), behind), axis);
};

/** Positions start, start + step, … along an axis. */
const strided = (n: ImportNode, x: Expr, axis: number, start: number, end: number, step: number): Expr => {
  const length = x.shape[axis]!;
  if (typeof length !== 'number') return stridedToEnd(n, x, axis, { start, end, step });
  const clip = (bound: number, low: number, high: number): number =>
    Math.min(Math.max(bound < 0 ? bound + length : bound, low), high);
  const first = step > 0 ? clip(start, 0, length) : clip(start, 0, length - 1);
  const last = step > 0 ? clip(end, 0, length) : end <= -END ? -1 : clip(end, -1, length - 1);
  if (Math.abs(last - first) / Math.abs(step) > MOST_POSITIONS || step === 0)
    return n.fail(`steps by ${step} along ${length} elements, of which at most ${MOST_POSITIONS} can be picked`);
  const positions: number[] = [];
  for (let i = first; step > 0 ? i < last : i > last; i += step) positions.push(i);
  return gather(x, constant(tensor(positions, [positions.length], 'int64')), axis);
};

const sliceImporter: Importer = (n) => {
  const x = n.input(0);
  const starts = n.ints('starts') ?? n.dims(1) ?? n.fail('needs its starts');
  const ends = n.ints('ends') ?? n.dims(2) ?? n.fail('needs its ends');
  const axes = n.ints('axes') ?? n.numbers(3) ?? starts.map((_, i) => i);
  const steps = n.numbers(4) ?? axes.map(() => 1);
  return [
    axes.reduce((value: Expr, given, i) => {
      const axis = normalizeAxis('Slice', given, value.shape.length);
      if (steps[i] !== 1) return strided(n, value, axis, Number(starts[i]), Number(ends[i]), steps[i]!);
      const from = position(n, starts[i]!, value.shape[axis]!);
      const length = subtractDims(position(n, ends[i]!, value.shape[axis]!), from);
      const size = typeof length === 'number' ? Math.max(length, 0) : length;
      return slice(
        value,
        value.shape.map((_, k) => (k === axis ? from : 0)),
        value.shape.map((d, k) => (k === axis ? size : d)),
      );
    }, x),
  ];
};

const split: Importer = (n) => {
  const x = n.input(0);
  const axis = normalizeAxis('Split', n.int('axis', 0), x.shape.length);
  const length = x.shape[axis]!;
  const parts = n.int('num_outputs', n.outputs.length);
  if (parts !== n.outputs.length) return n.fail(`splits into ${parts} parts but lists ${n.outputs.length} outputs`);
  const even = floorDivideDims(addDims(length, parts - 1), parts);
  const sizes: readonly Dim[] =
    n.ints('split') ??
    n.dims(1) ??
    Array.from({ length: parts }, (_, i) =>
      i < parts - 1
        ? even
        : subtractDims(length, typeof even === 'number' ? even * (parts - 1) : n.fail('splits a symbolic axis evenly')),
    );
  return parted(x, axis, sizes);
};

const constantOfShape: Importer = (n) => {
  const shape = n.dims(0) ?? n.fail('needs its shape');
  const value = n.tensor('value');
  return [expand(value ? constant({ ...value, shape: [] }) : constant(0, n.dtype(onnxTypeOf.float32)!), shape)];
};

export const indexing: Readonly<Record<string, Importer>> = {
  ConstantOfShape: constantOfShape,
  Pad: padImporter,
  Slice: sliceImporter,
  Split: split,
};
