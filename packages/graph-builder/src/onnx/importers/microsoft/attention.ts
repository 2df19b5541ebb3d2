/** Import of com.microsoft's Attention: queries, keys and values by one packed product. */

import { addDims, divideDimsExactly } from '../../../dim.js';
import { describe, type Expr } from '../../../expr.js';
import { attention } from '../../../functions/attention.js';
import { concat } from '../../../ops/concat.js';
import { entry, joined, parted } from '../../../ops/entries.js';
import { matmul } from '../../../ops/matmul.js';
import type { Importer, ImportNode } from '../../importer.js';
import { mergeHeads, splitHeads } from '../attention.js';
import { plus } from './activations.js';
import { causalMasks, maskAt } from './masks.js';

/** The custom factor of the scores; 0 stands for the usual one. */
export const scaleOf = (n: ImportNode): { readonly scale?: number } => {
  const scale = n.float('scale', 0);
  return scale === 0 ? {} : { scale };
};

/** Queries, keys and values side by side [B, T, D + D + E], as heads [B, H, T, ·]. */
const unpacked = (n: ImportNode, packed: Expr): readonly [Expr, Expr, Expr] => {
  const third = divideDimsExactly(packed.shape[2]!, 3);
  const sizes = n.ints('qkv_hidden_sizes') ?? (third === undefined ? [] : [third, third, third]);
  if (sizes.length !== 3 || sizes.reduce(addDims, 0) !== packed.shape[2])
    return n.fail(
      `has weights ${describe(n.input(1))}, whose columns are not those of queries, keys and values (${sizes.join(' + ') || 'three equal parts'})`,
    );
  return parted(packed, 2, sizes).map((part) => splitHeads(n, part, 'num_heads')) as unknown as [Expr, Expr, Expr];
};

export const packedAttention: Importer = (n) => {
  if (n.int('do_rotary', 0) !== 0)
    return n.fail('turns queries and keys itself (do_rotary), which is not supported; use RotaryEmbedding nodes');
  if (n.int('past_present_share_buffer', 0) !== 0)
    return n.fail(
      'writes into its past in place (past_present_share_buffer); export the model without a shared buffer',
    );
  const [x, weights, past] = [n.input(0), n.input(1), n.optional(4)];
  if (x.shape.length !== 3 || weights.shape.length !== 2)
    return n.fail(
      `needs tokens [batch, length, hidden] and weights [hidden, columns], got ${describe(x)} and ${describe(weights)}`,
    );
  const [q, ...own] = unpacked(n, plus(matmul(x, weights), n.optional(2)));
  // The cache [2, B, H, P, D] holds keys, then values.
  const [k, v] = (past ? own.map((x, i) => concat([entry(past, 0, i), x], 2)) : own) as [Expr, Expr];
  const lengths = { batch: q.shape[0]!, queries: q.shape[2]!, keys: k.shape[2]! };
  const masks = [n.optional(5), maskAt(n, 3, lengths, q.dtype)].filter((m) => m !== undefined);
  const { value } = attention(q, k, v, {
    ...scaleOf(n),
    masks: [...masks, ...causalMasks(n, lengths, past ? past.shape[3]! : 0)],
  });
  const sameSize = k.shape[3] === v.shape[3];
  return [mergeHeads(value), sameSize ? joined([k, v], 0) : undefined];
};
