/** ReverseSequence: the beginning of each sequence of a batch in reverse (https://onnx.ai/onnx/operators/onnx__ReverseSequence.html). */

import { multiplyDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { less } from './compare.js';
import { gather } from './gather.js';
import { dimScalar, iota } from './iota.js';
import { mul } from './mul.js';
import { reshape } from './reshape.js';
import { sub } from './sub.js';
import { where } from './where.js';

/**
 * The first lengths[b] steps of each sequence b in reverse, the others as they are: x is [T, N, ...], or [N, T, ...] where
 * `batchFirst`; lengths [N] are integers in 0..T and may be run-time data. Throws GraphError where the shapes do not fit.
 */
export const reverseSequence = (x: Expr, lengths: Expr, batchFirst = false): Expr => {
  const [first, second, ...rest] = x.shape;
  const [batch, time] = batchFirst ? [first, second] : [second, first];
  if (first === undefined || second === undefined || lengths.shape.length !== 1 || lengths.shape[0] !== batch) {
    throw new GraphError(
      'reverseSequence',
      `lengths ${describe(lengths)} do not fit ${describe(x)}; one for each of ${batch} sequences is needed`,
    );
  }
  const alongTime = (v: Expr): Expr => reshape(v, batchFirst ? [1, time!] : [time!, 1]);
  const alongBatch = (v: Expr): Expr => reshape(v, batchFirst ? [batch!, 1] : [1, batch!]);
  const [step, length] = [alongTime(iota(time!)), alongBatch(cast(lengths, 'int64'))];
  const source = where(less(step, length), sub(sub(length, 1), step), step);
  const [row, column] = batchFirst ? [alongBatch(iota(batch!)), source] : [source, alongBatch(iota(batch!))];
  const places = add(mul(row, dimScalar(second)), column);
  return gather(reshape(x, [multiplyDims(first, second), ...rest]), places, 0);
};
