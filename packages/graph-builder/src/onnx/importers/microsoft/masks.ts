/** Masks of com.microsoft's attentions, as the numbers that they add to scores. */

import { type Dim, multiplyDims } from '../../../dim.js';
import { describe, type Expr } from '../../../expr.js';
import { cast } from '../../../ops/cast.js';
import { greater, greaterOrEqual, less } from '../../../ops/compare.js';
import { constant } from '../../../ops/constant.js';
import { dimScalar, iota } from '../../../ops/iota.js';
import { and } from '../../../ops/logic.js';
import { reshape } from '../../../ops/reshape.js';
import { sliceAxis } from '../../../ops/slice.js';
import { triangle } from '../../../ops/trilu.js';
import { where } from '../../../ops/where.js';
import type { ImportNode } from '../../importer.js';

/** Lengths of the scores [B, H, T, S]. */
export interface ScoreLengths {
  readonly batch: Dim;
  readonly queries: Dim;
  readonly keys: Dim;
}

/** Which keys are between starts and ends, those given as [B] of int32. */
const between = (starts: Expr | undefined, ends: Expr, { batch, keys }: ScoreLengths): Expr => {
  const bound = (counts: Expr): Expr => reshape(cast(counts, 'int64'), [batch, 1, 1, 1]);
  const places = iota(keys);
  const before = less(places, bound(ends));
  return starts ? and(before, greaterOrEqual(places, bound(starts))) : before;
};

/**
 * Which keys a mask keeps, broadcastable to [B, 1, T, S]. It is a number for each key that is above 0 where the key is kept, [B, S] or
 * [B, T, S], or how many keys are there [B], or ends and then starts of them [2·B].
 */
const keptKeys = (n: ImportNode, mask: Expr, lengths: ScoreLengths): Expr => {
  const { batch, queries, keys } = lengths;
  const [first, second, third] = mask.shape;
  const rank = mask.shape.length;
  if (rank === 1 && first === batch) return between(undefined, mask, lengths);
  if (rank === 1 && first === multiplyDims(2, batch))
    return between(sliceAxis(mask, 0, batch, batch), sliceAxis(mask, 0, 0, batch), lengths);
  if (rank === 2 && first === batch && second === keys) return greater(reshape(mask, [batch, 1, 1, keys]), 0);
  if (rank === 3 && first === batch && second === queries && third === keys)
    return greater(reshape(mask, [batch, 1, queries, keys]), 0);
  return n.fail(
    `has a mask ${describe(mask)}; supported are [${batch}, ${keys}], [${batch}, ${queries}, ${keys}], [${batch}] and [${multiplyDims(2, batch)}]: fix its axes to such lengths, or name them alike`,
  );
};

/** What operand i, a mask, adds to scores of type `dtype`; undefined where there is none. */
export const maskAt = (n: ImportNode, i: number, lengths: ScoreLengths, dtype: Expr['dtype']): Expr | undefined => {
  const mask = n.optional(i);
  const kept = mask && keptKeys(n, mask, lengths);
  return kept && where(kept, constant(0, dtype), constant(n.float('mask_filter_value', -10000), dtype));
};

/** Keeps every query from the keys after its own, where the node asks for it; `past` keys come before the queries' own. */
export const causalMasks = (n: ImportNode, { queries, keys }: ScoreLengths, past: Dim): readonly Expr[] =>
  n.int('unidirectional', 0) === 1 ? [triangle([queries, keys], false, dimScalar(past))] : [];
