/** Import of operators that select by index or position: EyeLike, GatherND, OneHot, Range, Trilu. */

import { addDims, type Dim, floorDivideDims, subtractDims } from '../../dim.js';
import { type Expr, isFloat } from '../../expr.js';
import { add } from '../../ops/add.js';
import { cast } from '../../ops/cast.js';
import { equal } from '../../ops/compare.js';
import { constant, tensor } from '../../ops/constant.js';
import { gatherND } from '../../ops/gatherND.js';
import { dimScalar, iota } from '../../ops/iota.js';
import { mul } from '../../ops/mul.js';
import { oneHot } from '../../ops/oneHot.js';
import { reshape } from '../../ops/reshape.js';
import { sliceAxis } from '../../ops/slice.js';
import { trilu } from '../../ops/trilu.js';
import type { Importer, ImportNode } from '../importer.js';

/** More elements than this in one range is taken for a damaged file. */
const MOST_ELEMENTS = 2 ** 24;

/** How many steps of `delta` lie between start (included) and limit (not included). */
const countSteps = (n: ImportNode, start: Dim, limit: Dim, delta: number): Dim => {
  const span = delta > 0 ? subtractDims(limit, start) : subtractDims(start, limit);
  const step = Math.abs(delta);
  if (step === 0) return n.fail('has step 0');
  if (typeof span === 'string') return floorDivideDims(addDims(span, step - 1), step);
  const count = Math.max(Math.ceil(span / step), 0);
  return count <= MOST_ELEMENTS ? count : n.fail(`counts ${count} elements; at most ${MOST_ELEMENTS} are supported`);
};

/** Operand i, one number known when the file is read. */
export const numberAt = (n: ImportNode, i: number): number => {
  const data = n.value(i)?.data;
  return data?.length === 1 ? data[0]! : n.fail(`needs one number as operand ${i}, got ${data?.length ?? 0}`);
};

/** Operand i, one dimension known when the file is read. */
const dimAt = (n: ImportNode, i: number): Dim => {
  const given = n.dims(i);
  return given?.length === 1 ? given[0]! : n.fail(`needs one number as operand ${i}, got ${given?.length ?? 0}`);
};

const range: Importer = (n) => {
  const { dtype } = n.input(0);
  if (isFloat(dtype)) {
    const [start, limit, delta] = [0, 1, 2].map((i) => numberAt(n, i)) as [number, number, number];
    const length = Number(countSteps(n, start, limit, delta));
    return [
      constant(
        tensor(
          Float64Array.from({ length }, (_, i) => start + i * delta),
          [length],
          dtype,
        ),
      ),
    ];
  }
  const [start, limit] = [dimAt(n, 0), dimAt(n, 1)];
  const delta = numberAt(n, 2);
  const count = countSteps(n, start, limit, delta);
  return [cast(add(mul(iota(count), delta), dimScalar(start)), dtype)];
};

const oneHotImporter: Importer = (n) => {
  const depth: Dim = isFloat(n.input(1).dtype) ? numberAt(n, 1) : dimAt(n, 1);
  const value = (i: number): Expr => reshape(sliceAxis(n.input(2), 0, i, 1), []);
  return [oneHot(n.input(0), depth, value(1), value(0), n.int('axis', -1))];
};

const eyeLike: Importer = (n) => {
  const like = n.input(0);
  if (like.shape.length !== 2) return n.fail(`needs a matrix, got rank ${like.shape.length}`);
  const [rows, columns] = like.shape;
  const dtype = n.attributes.includes('dtype') ? n.dtype(n.int('dtype', 0)) : like.dtype;
  if (dtype === undefined) return n.fail(`has element type ${n.int('dtype', 0)}, which is not supported`);
  return [cast(equal(iota(columns!), add(reshape(iota(rows!), [rows!, 1]), n.int('k', 0))), dtype)];
};

const triluImporter: Importer = (n) => {
  const diagonal = n.optional(1);
  return [trilu(n.input(0), n.int('upper', 1) === 1, diagonal ? reshape(diagonal, []) : 0)];
};

export const selections: Readonly<Record<string, Importer>> = {
  EyeLike: eyeLike,
  GatherND: (n) => [gatherND(n.input(0), n.input(1), n.int('batch_dims', 0))],
  OneHot: oneHotImporter,
  Range: range,
  Trilu: triluImporter,
};
