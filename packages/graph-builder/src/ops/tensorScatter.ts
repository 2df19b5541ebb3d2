/** TensorScatter: steps written into a cache, for each sample from a place of its own (https://onnx.ai/onnx/operators/onnx__TensorScatter.html). */

import { subtractDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { type OptionNames, requireKnown } from '../options.js';
import { normalizeAxis } from '../shape.js';
import { greaterOrEqual, less } from './compare.js';
import { concat } from './concat.js';
import { constant } from './constant.js';
import { gatherND } from './gatherND.js';
import { dimScalar, iota } from './iota.js';
import { and } from './logic.js';
import { mod } from './mod.js';
import { reshape } from './reshape.js';
import { sliceAxis } from './slice.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** Options of `tensorScatter`. */
export interface TensorScatterOptions {
  /** Where each sample's steps begin, [N] of int64, and may be run-time data (default: at 0). */
  readonly starts?: Expr | undefined;
  /** The axis of steps; not the first (default −2). */
  readonly axis?: number;
  /** Go on from the beginning of the cache at its end; otherwise what would lie beyond it is left out (default false). */
  readonly circular?: boolean;
}

const TENSOR_SCATTER_OPTIONS: OptionNames<TensorScatterOptions> = { starts: true, axis: true, circular: true };

/**
 * The cache [N, ...] with the steps of an update in place of its own; the update's shape is the cache's with fewer steps, or as many.
 * Throws GraphError where the shapes do not fit or there is no such option.
 */
export const tensorScatter = (cache: Expr, update: Expr, options: TensorScatterOptions = {}): Expr => {
  requireKnown('tensorScatter', options, TENSOR_SCATTER_OPTIONS);
  const { starts, axis = -2, circular = false } = options;
  const at = normalizeAxis('tensorScatter', axis, cache.shape.length);
  const [batch, length, written] = [cache.shape[0]!, cache.shape[at]!, update.shape[at]!];
  const room = subtractDims(length, written ?? 0);
  const fits =
    update.shape.length === cache.shape.length && update.shape.every((d, i) => i === at || d === cache.shape[i]);
  const isIndexed = starts === undefined || (starts.shape.length === 1 && starts.shape[0] === batch);
  if (at === 0 || !fits || !isIndexed || (typeof room === 'number' && room < 0)) {
    const from = starts ? ` from ${describe(starts)}` : '';
    throw new GraphError(
      'tensorScatter',
      `${describe(update)} cannot be written into ${describe(cache)} along axis ${at}${from}; other axes must agree, with one start a sample, and axis 0 is the samples'`,
    );
  }
  if (starts === undefined) return concat([update, sliceAxis(cache, at, written, room)], at);
  const behind = sub(iota(length), reshape(starts, [batch, ...new Array<number>(at).fill(1)]));
  /** The step of the update that belongs in each place of the cache, [N, 1, ..., length]. */
  const step = circular ? mod(behind, dimScalar(length), false) : behind;
  const inUpdate = less(step, dimScalar(written));
  const taken = circular ? inUpdate : and(inUpdate, greaterOrEqual(step, 0));
  const indices = where(taken, step, constant(0, 'int64'));
  const placed = gatherND(update, reshape(indices, [...indices.shape, 1]), at);
  const rest = cache.shape.slice(at + 1).map(() => 1);
  return where(reshape(taken, [...taken.shape, ...rest]), placed, cache);
};
