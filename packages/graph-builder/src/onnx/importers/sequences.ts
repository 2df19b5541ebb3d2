/**
 * Import of operators on sequences: ConcatFromSequence, SequenceAt, SequenceConstruct, SequenceEmpty, SequenceErase, SequenceInsert,
 * SequenceLength, SplitToSequence (https://onnx.ai/onnx/operators/, each on the page of its name). PyTorch writes splits this way with
 * optimize=False, and lists of a scripted model.
 */

import { addDims, type Dim } from '../../dim.js';
import { concat } from '../../ops/concat.js';
import { constant } from '../../ops/constant.js';
import { joined, parted } from '../../ops/entries.js';
import { reshape } from '../../ops/reshape.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';
import { knownDims } from './known.js';

/** More parts than this of one split are taken for a damaged file. */
const MOST_PARTS = 2 ** 16;

const CURE = 'make it a constant of the model, or export with optimize=True, which computes what it can';

/** Sizes of parts of `size` each, of which the last may be shorter. */
const equalParts = (n: ImportNode, axis: number, length: Dim, size: Dim): readonly Dim[] => {
  if (size === length) return [length];
  if (typeof length !== 'number' || typeof size !== 'number')
    return n.fail(
      `splits axis ${axis} of length ${length} into parts of ${size}, and the number of parts must be known; export with optimize=True or with a fixed length`,
    );
  const count = Math.ceil(length / size);
  if (!(size >= 1 && count <= MOST_PARTS))
    return n.fail(`splits ${length} elements into parts of ${size}; 1 to ${MOST_PARTS} parts are supported`);
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
};

/** x in parts along `axis`: of one length each (a scalar, the last part may be shorter), or of the lengths of a vector. */
const splitToSequence: Importer = (n) => {
  const x = n.input(0);
  const axis = normalizeAxis(n.opType, n.int('axis', 0), x.shape.length);
  const length = x.shape[axis]!;
  const given = n.optional(1);
  const sizes =
    given?.shape.length === 1
      ? [...knownDims(n, 1, CURE)]
      : equalParts(n, axis, length, given ? (knownDims(n, 1, CURE)[0] ?? 0) : 1);
  const total = sizes.reduce(addDims, 0);
  if (total !== length) return n.fail(`splits axis ${axis} of length ${length} into parts of ${total} together`);
  const parts = parted(x, axis, sizes);
  // The operator's page says that keepdims counts only where no split is given. PyTorch's TorchScript exporter writes unbind with
  // the split 1 and keepdims=0 all the same, and ONNX Runtime takes the axis away then.
  const single = given === undefined || (given.shape.length === 0 && sizes.every((size) => size === 1));
  if (!single || n.int('keepdims', 1) !== 0) return [parts];
  return [parts.map((part) => reshape(part, part.shape.toSpliced(axis, 1)))];
};

/** Operand i as a place among `places`, of which negative ones count from the end; `otherwise` where it may be left out and is. */
const placeAt = (n: ImportNode, i: number, does: string, places: number, otherwise?: number): number => {
  if (otherwise !== undefined && n.optional(i) === undefined) return otherwise;
  const { length } = n.sequence(0);
  const [position] = knownDims(n, i, CURE);
  const at = typeof position === 'number' && position < 0 ? position + length : Number(position);
  return at >= 0 && at < places ? at : n.fail(`${does} element ${position} of a sequence of ${length}`);
};

const sequenceAt: Importer = (n) => {
  const elements = n.sequence(0);
  return [elements[placeAt(n, 1, 'picks', elements.length)]!];
};

/** The tensor put before the element at a position, at the end where none is given. */
const sequenceInsert: Importer = (n) => {
  const elements = n.sequence(0);
  const at = placeAt(n, 2, 'inserts before', elements.length + 1, elements.length);
  return [elements.toSpliced(at, 0, n.input(1))];
};

/** The sequence without the element at a position, the last where none is given. */
const sequenceErase: Importer = (n) => {
  const elements = n.sequence(0);
  if (elements.length === 0) return n.fail('erases an element of an empty sequence');
  return [elements.toSpliced(placeAt(n, 1, 'erases', elements.length, elements.length - 1), 1)];
};

/** Elements joined along an axis, which is theirs or, with new_axis, one more. */
const concatFromSequence: Importer = (n) => {
  const elements = n.sequence(0);
  const [first] = elements;
  if (first === undefined) return n.fail('joins a sequence without elements');
  if (n.int('new_axis', 0) === 0) return [concat(elements, n.int('axis', 0))];
  return [joined(elements, normalizeAxis(n.opType, n.int('axis', 0), first.shape.length + 1))];
};

export const sequences: Readonly<Record<string, Importer>> = {
  ConcatFromSequence: concatFromSequence,
  SequenceAt: sequenceAt,
  SequenceConstruct: (n) => [n.inputs.map((_, i) => n.input(i))],
  SequenceEmpty: () => [[]],
  SequenceErase: sequenceErase,
  SequenceInsert: sequenceInsert,
  SequenceLength: (n) => [constant(n.sequence(0).length, 'int64')],
  SplitToSequence: splitToSequence,
};
