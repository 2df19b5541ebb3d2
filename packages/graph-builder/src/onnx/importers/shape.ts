/** Import of operators that rearrange elements or ask for shapes. */

import { type Dim, productOfDims } from '../../dim.js';
import { cast } from '../../ops/cast.js';
import { concat } from '../../ops/concat.js';
import { constant, constantValue, tensor } from '../../ops/constant.js';
import { dims } from '../../ops/dims.js';
import { entry } from '../../ops/entries.js';
import { expand } from '../../ops/expand.js';
import { gather } from '../../ops/gather.js';
import { gatherElements } from '../../ops/gatherElements.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';
import { broadcastShapes, normalizeAxis, sizeOf } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';
import { onnxTypeOf } from '../types.js';

const FLOAT = onnxTypeOf.float32;

const reshapeImporter: Importer = (n) => {
  const x = n.input(0);
  const wanted = n.ints('shape') ?? n.dims(1) ?? n.fail('needs its target shape');
  const copied = wanted.map((d, i) =>
    d === 0 && !n.int('allowzero', 0) ? (x.shape[i] ?? n.fail(`copies axis ${i}, which its operand lacks`)) : d,
  );
  return [reshape(x, copied)];
};

const flatten: Importer = (n) => {
  const x = n.input(0);
  const axis = n.int('axis', 1);
  const at = axis < 0 ? axis + x.shape.length : axis;
  return [reshape(x, [productOfDims(x.shape.slice(0, at)), productOfDims(x.shape.slice(at))])];
};

const axesOf = (n: ImportNode): readonly number[] | undefined => n.ints('axes') ?? n.numbers(1);

const squeeze: Importer = (n) => {
  const x = n.input(0);
  const axes = axesOf(n)?.map((axis) => normalizeAxis('Squeeze', axis, x.shape.length));
  const stuck = axes?.find((axis) => typeof x.shape[axis] === 'number' && x.shape[axis] !== 1);
  if (stuck !== undefined) return n.fail(`squeezes axis ${stuck}, which has length ${x.shape[stuck]}`);
  return [
    reshape(
      x,
      x.shape.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)),
    ),
  ];
};

const unsqueeze: Importer = (n) => {
  const x = n.input(0);
  const axes = axesOf(n) ?? n.fail('needs its axes');
  const rank = x.shape.length + axes.length;
  const positions = axes.map((axis) => normalizeAxis('Unsqueeze', axis, rank));
  if (new Set(positions).size < positions.length) return n.fail(`inserts one axis twice: [${axes.join(', ')}]`);
  const rest = [...x.shape];
  return [
    reshape(
      x,
      Array.from({ length: rank }, (_, i) => (positions.includes(i) ? 1 : rest.shift()!)),
    ),
  ];
};

const constantImporter: Importer = (n) => {
  const value = n.tensor('value');
  if (value) return [constant(value)];
  const floats = n.attributes.includes('value_float') ? [n.float('value_float', 0)] : n.floats('value_floats');
  if (floats)
    return [constant(tensor(floats, n.attributes.includes('value_float') ? [] : [floats.length], n.dtype(FLOAT)!))];
  const ints = n.attributes.includes('value_int') ? [n.int('value_int', 0)] : n.ints('value_ints');
  if (ints) return [constant(tensor(ints, n.attributes.includes('value_int') ? [] : [ints.length], 'int64'))];
  return n.fail(`has no numeric value (attributes: ${n.attributes.join(', ') || 'none'})`);
};

const shapeImporter: Importer = (n) => {
  const { shape } = n.input(0);
  const bound = (i: number): number => Math.min(Math.max(i < 0 ? i + shape.length : i, 0), shape.length);
  return [dims(shape.slice(bound(n.int('start', 0)), bound(n.int('end', shape.length))))];
};

const castImporter: Importer = (n) => {
  const to = n.int('to', 0);
  return [cast(n.input(0), n.dtype(to) ?? n.fail(`casts to element type ${to}, which is not supported`))];
};

/** One known entry of an axis is cut out, not picked: adjoints of cuts are joined, and those of a loop's steps are many. */
const gatherImporter: Importer = (n) => {
  const [x, indices] = [n.input(0), n.input(1)];
  const axis = normalizeAxis('Gather', n.int('axis', 0), x.shape.length);
  const [length, index] = [x.shape[axis]!, indices.shape.length === 0 ? constantValue(indices)?.data[0] : undefined];
  if (index === undefined || typeof length !== 'number' || index < -length || index >= length)
    return [gather(x, indices, axis)];
  return [entry(x, axis, index < 0 ? index + length : index)];
};

export const shapes: Readonly<Record<string, Importer>> = {
  Cast: castImporter,
  CastLike: (n) => [cast(n.input(0), n.input(1).dtype)],
  Concat: (n) => [
    concat(
      n.inputs.map((_, i) => n.input(i)),
      n.int('axis', 0),
    ),
  ],
  Constant: constantImporter,
  Expand: (n) => {
    const x = n.input(0);
    const wanted: readonly Dim[] = n.dims(1) ?? n.fail('needs its target shape');
    return [expand(x, broadcastShapes('Expand', x.shape, wanted))];
  },
  Flatten: flatten,
  Gather: gatherImporter,
  GatherElements: (n) => [gatherElements(n.input(0), n.input(1), n.int('axis', 0))],
  Identity: (n) => [n.imported(0)],
  Reshape: reshapeImporter,
  Shape: shapeImporter,
  Size: (n) => [reshape(dims([sizeOf(n.input(0).shape)]), [])],
  Squeeze: squeeze,
  Transpose: (n) => [transpose(n.input(0), n.ints('perm'))],
  Unsqueeze: unsqueeze,
};
