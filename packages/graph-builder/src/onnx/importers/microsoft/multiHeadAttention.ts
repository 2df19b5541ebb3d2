/** Import of com.microsoft's MultiHeadAttention: queries, keys and values apart or packed, around a past. */

import { describe, type Expr } from '../../../expr.js';
import { attention } from '../../../functions/attention.js';
import { add } from '../../../ops/add.js';
import { concat } from '../../../ops/concat.js';
import { parted } from '../../../ops/entries.js';
import { reshape } from '../../../ops/reshape.js';
import { sliceAxis } from '../../../ops/slice.js';
import type { Importer, ImportNode } from '../../importer.js';
import { mergeHeads, splitHeads } from '../attention.js';
import { scaleOf } from './attention.js';
import { causalMasks, maskAt } from './masks.js';

/** Parts of a packed operand [B, T, H, parts, D], each as [B, T, H·D]. */
const parts = (packed: Expr): readonly Expr[] => {
  const [batch, length, , count] = packed.shape;
  return Array.from({ length: Number(count) }, (_, i) => reshape(sliceAxis(packed, 3, i, 1), [batch!, length!, -1]));
};

/** Queries, keys and values: each [B, T, H·D], or keys and values [B, H, S, D] that come from elsewhere. */
const operandsOf = (n: ImportNode): readonly [Expr, Expr, Expr] => {
  const [query, key, value] = [n.input(0), n.optional(1), n.optional(2)];
  const isPacked = (x: Expr, count: number): boolean => x.shape.length === 5 && x.shape[3] === count;
  if (!key && !value && isPacked(query, 3)) return parts(query) as unknown as [Expr, Expr, Expr];
  if (query.shape.length === 3 && key && !value && isPacked(key, 2))
    return [query, ...(parts(key) as unknown as [Expr, Expr])];
  const isPair = key && value && key.shape.length === value.shape.length;
  if (isPair && query.shape.length === 3 && (key.shape.length === 3 || key.shape.length === 4))
    return [query, key, value];
  const given = [query, key, value].map((x) => (x ? describe(x) : 'none'));
  return n.fail(
    `has queries, keys and values ${given.join(', ')}; supported are three [batch, length, hidden], keys and values [batch, heads, length, size], or them packed in 5 axes`,
  );
};

/** With their parts of the bias, which stand one behind the other; keys and values from elsewhere have none. */
const withBias = (n: ImportNode, operands: readonly [Expr, Expr, Expr]): readonly Expr[] => {
  const bias = n.optional(3);
  if (!bias) return operands;
  const hasBias = (x: Expr): boolean => x.shape.length !== 4;
  const own = parted(
    bias,
    0,
    operands.map((x) => (hasBias(x) ? x.shape[2]! : 0)),
  );
  return operands.map((x, i) => (hasBias(x) ? add(x, own[i]!) : x));
};

export const multiHeadAttention: Importer = (n) => {
  if (n.optional(8) || n.optional(9))
    return n.fail('writes into its past in place (past_sequence_length); export the model without a shared buffer');
  const operands = withBias(n, operandsOf(n));
  const [q, ownKeys, ownValues] = operands.map((x) => splitHeads(n, x, 'num_heads')) as [Expr, Expr, Expr];
  const [pastKeys, pastValues] = [n.optional(6), n.optional(7)];
  const k = pastKeys ? concat([pastKeys, ownKeys], 2) : ownKeys;
  const v = pastValues ? concat([pastValues, ownValues], 2) : ownValues;
  const lengths = { batch: q.shape[0]!, queries: q.shape[2]!, keys: k.shape[2]! };
  if (n.int('unidirectional', 0) === 1 && ownKeys.shape[2] !== q.shape[2])
    return n.fail(
      `is unidirectional with ${q.shape[2]} queries for ${ownKeys.shape[2]} keys; only as many keys as queries have an order`,
    );
  const masks = [n.optional(5), maskAt(n, 4, lengths, q.dtype)].filter((m) => m !== undefined);
  const { value } = attention(q, k, v, {
    ...scaleOf(n),
    masks: [...masks, ...causalMasks(n, lengths, pastKeys ? pastKeys.shape[2]! : 0)],
  });
  return [mergeHeads(value), k, v];
};
