/** Sequences of a file: lists of expressions, whose length is known when the file is read. */

import type { Expr } from '../expr.js';
import { DecodeFailure } from './errors.js';
import { simplifyShape } from './shapeValues.js';

/** The tensors of an ONNX sequence, in order. A graph holds tensors alone: a sequence exists only while the file is read. */
export type Sequence = readonly Expr[];

/** What a name of a file stands for. */
export type Imported = Expr | Sequence;

export const isSequence = (value: Imported): value is Sequence => Array.isArray(value);

/** Integers as the dimensions they stand for, in a sequence as well as alone. */
export const simplifyImported = (value: Imported): Imported =>
  isSequence(value) ? value.map(simplifyShape) : simplifyShape(value);

/** The tensor that is to be a graph's output of that name. Throws DecodeFailure (UnsupportedFeature) on a sequence. */
export const outputTensor = (name: string, value: Imported): Expr => {
  if (!isSequence(value)) return value;
  throw new DecodeFailure({
    _tag: 'UnsupportedFeature',
    message: `output "${name}" is a sequence of ${value.length} tensors, and a graph's outputs are tensors; pick one with SequenceAt, or join them with ConcatFromSequence`,
  });
};
