/** Import of Attention (opsets 23 and 24): heads, caches and masks around scaled dot-product attention. */

import { divideDimsExactly, subtractDims } from '../../dim.js';
import type { Expr } from '../../expr.js';
import { attention } from '../../functions/attention.js';
import { less } from '../../ops/compare.js';
import { concat } from '../../ops/concat.js';
import { constant } from '../../ops/constant.js';
import { expand } from '../../ops/expand.js';
import { dimScalar, iota } from '../../ops/iota.js';
import { reshape } from '../../ops/reshape.js';
import { sub } from '../../ops/sub.js';
import { transpose } from '../../ops/transpose.js';
import { triangle } from '../../ops/trilu.js';
import type { Importer, ImportNode } from '../importer.js';

/** [B, T, H·D] as [B, H, T, D]; an operand of four axes is so already. */
export const splitHeads = (n: ImportNode, x: Expr, attribute: string): Expr => {
  if (x.shape.length === 4) return x;
  const heads = n.int(attribute, 0);
  const [batch, length, hidden] = x.shape;
  const size = hidden === undefined || heads < 1 ? undefined : divideDimsExactly(hidden, heads);
  if (size === undefined)
    return n.fail(
      `has ${attribute} = ${heads}, which does not split the last axis of [${x.shape.join(', ')}] into heads`,
    );
  return transpose(reshape(x, [batch!, length!, heads, size]), [0, 2, 1, 3]);
};

/** [B, H, T, D] as [B, T, H·D]. */
export const mergeHeads = (x: Expr): Expr => {
  const merged = transpose(x, [0, 2, 1, 3]);
  return reshape(merged, [...merged.shape.slice(0, 2), -1]);
};

/** A mask that ends before the last key leaves the rest out. */
const toLength = (mask: Expr, keys: Expr): Expr => {
  const missing = subtractDims(keys.shape[2]!, mask.shape.at(-1)!);
  if (mask.shape.at(-1) === 1 || typeof missing !== 'number' || missing <= 0) return mask;
  const nothing = mask.dtype === 'bool' ? constant(0, 'bool') : constant(Number.NEGATIVE_INFINITY, mask.dtype);
  return concat([mask, expand(nothing, [...mask.shape.slice(0, -1), missing])], -1);
};

/** What keeps queries [B, H, T, D] from keys [B, K, S, D]. */
const masksOf = (n: ImportNode, q: Expr, k: Expr): readonly Expr[] => {
  const [given, past, counts] = [n.optional(3), n.optional(4), n.optional(6)];
  const [length, total] = [q.shape[2]!, k.shape[2]!];
  /** How many of an external cache's keys are there, one number a batch entry [B, 1, 1, 1]. */
  const valid = counts && reshape(counts, [...counts.shape, 1, 1, 1]);
  const causal = (): Expr => {
    // A query's own position among the keys comes after the cached ones.
    if (past) return triangle([length, total], false, dimScalar(past.shape[2]!));
    return triangle([length, total], false, valid ? sub(valid, dimScalar(length)) : 0);
  };
  return [
    ...(given ? [toLength(given, k)] : []),
    ...(n.int('is_causal', 0) === 1 ? [causal()] : []),
    ...(valid ? [less(iota(total), valid)] : []),
  ];
};

export const attentionImporter: Importer = (n) => {
  const q = splitHeads(n, n.input(0), 'q_num_heads');
  const [ownKeys, ownValues] = [n.input(1), n.input(2)].map((x) => splitHeads(n, x, 'kv_num_heads')) as [Expr, Expr];
  const [pastKeys, pastValues] = [n.optional(4), n.optional(5)];
  const k = pastKeys ? concat([pastKeys, ownKeys], 2) : ownKeys;
  const v = pastValues ? concat([pastValues, ownValues], 2) : ownValues;
  const result = attention(q, k, v, {
    ...(n.attributes.includes('scale') && { scale: n.float('scale', 1) }),
    softcap: n.float('softcap', 0),
    masks: masksOf(n, q, k),
  });
  const { value } = result;
  const y = n.input(0).shape.length === 4 ? value : mergeHeads(value);
  const products = [result.scores, result.capped, result.masked, result.weights][n.int('qk_matmul_output_mode', 0)];
  return [y, k, v, products ?? n.fail('has an unknown qk_matmul_output_mode')];
};
