/**
 * Import of com.microsoft's GroupQueryAttention: causal, of whole prompts or behind a past. Rows of padding at a prompt's end attend as
 * the others do; ONNX Runtime leaves there what stood in its buffers.
 */

import { type Dim, divideDimsExactly } from '../../../dim.js';
import { describe, type Expr } from '../../../expr.js';
import { attention } from '../../../functions/attention.js';
import { add } from '../../../ops/add.js';
import { cast } from '../../../ops/cast.js';
import { equal, less, lessOrEqual } from '../../../ops/compare.js';
import { concat } from '../../../ops/concat.js';
import { constant } from '../../../ops/constant.js';
import { parted } from '../../../ops/entries.js';
import { gather } from '../../../ops/gather.js';
import { dimScalar, iota } from '../../../ops/iota.js';
import { reshape } from '../../../ops/reshape.js';
import { sub } from '../../../ops/sub.js';
import { where } from '../../../ops/where.js';
import type { Importer, ImportNode } from '../../importer.js';
import { mergeHeads, splitHeads } from '../attention.js';
import { turned } from '../rotaryEmbedding.js';
import { scaleOf } from './attention.js';

/** Queries [B, H, T, D], and keys and values [B, K, T, D], which may come side by side in one operand. */
const headsOf = (n: ImportNode): readonly [Expr, Expr, Expr] => {
  const [query, key, value] = [n.input(0), n.optional(1), n.optional(2)];
  if (query.shape.length !== 3) return n.fail(`needs queries [batch, length, hidden], got ${describe(query)}`);
  if (key && value)
    return [
      splitHeads(n, query, 'num_heads'),
      splitHeads(n, key, 'kv_num_heads'),
      splitHeads(n, value, 'kv_num_heads'),
    ];
  const [heads, shared] = [n.int('num_heads', 0), n.int('kv_num_heads', 0)];
  const size = divideDimsExactly(query.shape[2]!, heads + 2 * shared);
  if (typeof size !== 'number')
    return n.fail(`packs ${heads} heads and twice ${shared} into ${describe(query)}, which they do not divide`);
  const names = ['num_heads', 'kv_num_heads', 'kv_num_heads'] as const;
  return parted(
    query,
    2,
    names.map((name) => n.int(name, 0) * size),
  ).map((part, i) => splitHeads(n, part, names[i]!)) as unknown as [Expr, Expr, Expr];
};

/** Keys and values [B, K, P, D] that come before the tokens' own; undefined where there are none. */
const pastOf = (n: ImportNode): readonly [Expr, Expr] | undefined => {
  const [keys, values] = [n.optional(3), n.optional(4)];
  return keys && values && keys.shape[2] !== 0 ? [keys, values] : undefined;
};

/**
 * How many keys of the past each sample uses, [B, 1] of int64, by seqlens_k, the place of its last key among all; a prompt, which
 * is as long as all keys together, uses none.
 */
const usedPast = (n: ImportNode, batch: Dim, length: Dim): Expr => {
  const [last, total] = [n.input(5), n.input(6)].map((x) => cast(x, 'int64')) as [Expr, Expr];
  const before = sub(add(reshape(last, [batch, 1]), 1), dimScalar(length));
  return where(equal(reshape(total, []), dimScalar(length)), constant(0, 'int64'), before);
};

/** Turns heads by the angles of their tokens' positions [B, T] or [1, T]. */
const rotation = (n: ImportNode, positions: Expr): ((x: Expr) => Expr) => {
  if (n.int('do_rotary', 0) === 0) return (x) => x;
  if (n.optional(9))
    return n.fail(
      'has position_ids, which ONNX Runtime’s kernels read in different ways; leave them out, and positions follow the past',
    );
  const angles = [7, 8].map((i) => gather(n.input(i), positions, 0)) as unknown as readonly [Expr, Expr];
  return (x) => turned({ split: x, axis: 1 }, angles, n.int('rotary_interleaved', 0) === 1);
};

/** Behind every token: the place of a key of the past that is not used. */
const FAR = 2 ** 40;

/** Places of all keys, [B, P + T]: those of the past in front, then the tokens' own [B, T]. */
const placesOf = (past: Expr, used: Expr, positions: Expr): Expr => {
  const places = iota(past.shape[2]!);
  return concat([where(less(places, used), places, constant(FAR, 'int64')), positions], 1);
};

/** What a query sees [B, 1, T, S]: keys up to its own place, of them the last `local_window_size` where that is given. */
const masksOf = (n: ImportNode, positions: Expr, places: Expr): readonly Expr[] => {
  const own = reshape(positions, [positions.shape[0]!, 1, positions.shape[1]!, 1]);
  const keys = reshape(places, [places.shape[0]!, 1, 1, places.shape[1]!]);
  const window = n.int('local_window_size', -1);
  return [lessOrEqual(keys, own), ...(window > 0 ? [less(sub(own, keys), window)] : [])];
};

export const groupQueryAttention: Importer = (n) => {
  const [q, k, v] = headsOf(n);
  const [batch, , length] = q.shape as readonly [Dim, Dim, Dim];
  if (n.int('smooth_softmax', 0) === 1 || n.optional(11))
    return n.fail('has an additional sink in its softmax (smooth_softmax or head_sink), which is not supported');
  if (n.optional(12) || n.optional(13)) return n.fail('has a quantised cache, which is not supported');
  const [past, bias] = [pastOf(n), n.optional(10)];
  if (past && bias) return n.fail('has an attention_bias and a past, which are supported one at a time');
  const used = past && usedPast(n, batch, length);
  const counted = reshape(iota(length), [1, length]);
  const positions = used ? add(counted, used) : counted;
  const turn = rotation(n, positions);
  const [queries, keys] = [turn(q), turn(k)];
  const places = used ? placesOf(past[0], used, positions) : positions;
  const own = [keys, v] as const;
  const [allKeys, allValues] = past ? own.map((x, i) => concat([past[i]!, x], 2)) : own;
  const { value } = attention(queries, allKeys!, allValues!, {
    ...scaleOf(n),
    softcap: n.float('softcap', 0),
    masks: [...(bias ? [bias] : []), ...masksOf(n, positions, places)],
  });
  // How long the caches are that a node with a past gives is told by its data.
  return past ? [mergeHeads(value)] : [mergeHeads(value), keys, v];
};
