/**
 * Import of operators whose result's shape depends on the values of an operand: Compress and NonZero, where it may be data, and Unique, for
 * which it must be known when the file is read (https://onnx.ai/onnx/operators/, each on the page of its name).
 */

import type { Dim } from '../../dim.js';
import type { Expr } from '../../expr.js';
import { constant, tensor } from '../../ops/constant.js';
import { gather } from '../../ops/gather.js';
import { indicesOf, nonZero, placesOf } from '../../ops/nonZero.js';
import { reshape } from '../../ops/reshape.js';
import { normalizeAxis, sizeOf } from '../../shape.js';
import { elementCount } from '../../tensor.js';
import type { Importer, ImportNode } from '../importer.js';
import { knownValue, knownValueOf } from './known.js';

const CURE =
  "the result's shape depends on it: make it a constant of the model, or compute with a mask (Where, Mul), which keeps the shape";

const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Expr =>
  constant(tensor(values, shape, 'int64'));

/** Places in an axis of that length where the condition, which is data, holds. */
const chosen = (n: ImportNode, condition: Expr, length: Dim): Expr => {
  const [count] = condition.shape;
  if (condition.shape.length !== 1 || (typeof count === 'number' && typeof length === 'number' && count > length))
    return n.fail(`has a condition of shape [${condition.shape.join(', ')}] for ${length} elements`);
  return reshape(nonZero(condition, n.inputName('count')), [-1]);
};

/** Entries of an axis (without one, of x in row-major order) where the condition holds; one that is shorter leaves out the rest. */
const compress: Importer = (n) => {
  const x = n.input(0);
  const flat = !n.attributes.includes('axis');
  const of = flat ? reshape(x, [sizeOf(x.shape)]) : x;
  const axis = flat ? 0 : normalizeAxis('Compress', n.int('axis', 0), x.shape.length);
  const length = of.shape[axis]!;
  const condition = knownValueOf(n.input(1))?.data;
  if (!condition) return [gather(of, chosen(n, n.input(1), length), axis)];
  if (typeof length === 'number' && condition.length > length)
    return n.fail(`has a condition of ${condition.length} entries for ${length} elements`);
  return [gather(of, integers(placesOf(condition)), axis)];
};

/** Indices [rank, count] of the elements other than 0, in row-major order. */
const nonZeroImporter: Importer = (n) => {
  const known = knownValueOf(n.input(0));
  if (!known) return [nonZero(n.input(0), n.inputName('count'))];
  return [integers(indicesOf(known), [known.shape.length, placesOf(known.data).length])];
};

/** Entry i of an axis, as the numbers in it. */
const entriesOf = (data: Float64Array, shape: readonly number[], axis: number): readonly (readonly number[])[] => {
  const [length, inner] = [shape[axis]!, elementCount(shape.slice(axis + 1))];
  const size = elementCount(shape.slice(0, axis)) * inner;
  return Array.from({ length }, (_, i) =>
    Array.from({ length: size }, (_v, k) => data[(Math.floor(k / inner) * length + i) * inner + (k % inner)]!),
  );
};

const compared = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((v, i) => v !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
};

/**
 * The different entries of an axis (without one, elements of x in row-major order), in ascending order or in that of their first
 * places; then those places, for each entry which of them it is, and how often each occurs.
 */
const unique: Importer = (n) => {
  const x = n.input(0);
  const { shape, data } = knownValue(n, 0, CURE);
  if (data.some(Number.isNaN)) return n.fail('has NaN among its elements, which has no place in an order');
  const flat = !n.attributes.includes('axis');
  const axis = flat ? 0 : normalizeAxis('Unique', n.int('axis', 0), shape.length);
  const entries = entriesOf(data, flat ? [data.length] : shape, axis);
  const keys = entries.map((entry) => entry.join());
  const places = new Map<string, number[]>();
  keys.forEach((key, i) => {
    const at = places.get(key);
    if (at) at.push(i);
    else places.set(key, [i]);
  });
  const found = [...places].map(([key, at]) => ({ key, first: at[0]!, count: at.length }));
  const order =
    n.int('sorted', 1) === 1 ? found.toSorted((a, b) => compared(entries[a.first]!, entries[b.first]!)) : found;
  const rank = new Map(order.map(({ key }, k) => [key, k]));
  const firsts = integers(order.map(({ first }) => first));
  return [
    gather(flat ? reshape(x, [data.length]) : x, firsts, axis),
    firsts,
    integers(keys.map((key) => rank.get(key)!)),
    integers(order.map(({ count }) => count)),
  ];
};

export const counted: Readonly<Record<string, Importer>> = {
  Compress: compress,
  NonZero: nonZeroImporter,
  Unique: unique,
};
