/** Scaled dot-product attention with any number of heads, masks and a cap on the scores. */

import { divideDimsExactly, multiplyDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { constant } from '../ops/constant.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { softmax } from '../ops/softmax.js';
import { tanh } from '../ops/tanh.js';
import { matrixTranspose } from '../ops/transpose.js';
import { where } from '../ops/where.js';
import { type OptionNames, requireKnown } from '../options.js';

/** Options of `attention`. */
export interface AttentionOptions {
  /** Factor of the scores (default 1/√(head size)). */
  readonly scale?: number;
  /** Scores s become c·tanh(s/c), before any mask. */
  readonly softcap?: number;
  /** Broadcastable to [B, H, T, S]: bool says which keys take part, numbers are added to the scores. All of them apply. */
  readonly masks?: readonly Expr[];
}

const ATTENTION_OPTIONS: OptionNames<AttentionOptions> = { scale: true, softcap: true, masks: true };

/** The result [B, H, T, E] and what it was computed from, each [B, H, T, S]. */
export interface Attention {
  readonly value: Expr;
  /** Scaled products of queries and keys. */
  readonly scores: Expr;
  /** Scores after the cap. */
  readonly capped: Expr;
  /** Capped scores after the masks. */
  readonly masked: Expr;
  /** Softmax of the masked scores over the keys. */
  readonly weights: Expr;
}

const applyMask = (scores: Expr, mask: Expr): Expr =>
  mask.dtype === 'bool' ? where(mask, scores, constant(Number.NEGATIVE_INFINITY, scores.dtype)) : add(scores, mask);

/**
 * softmax(scale·q·kᵀ + masks)·v for queries [B, H, T, D], keys [B, K, S, D] and values [B, K, S, E]; where K < H each key
 * head serves H/K consecutive query heads (grouped-query attention). A query that a mask leaves without keys gives NaN. Throws
 * GraphError where the shapes do not fit or there is no such option.
 */
export const attention = (q: Expr, k: Expr, v: Expr, options: AttentionOptions = {}): Attention => {
  requireKnown('attention', options, ATTENTION_OPTIONS);
  const [batch, heads, queries, size] = q.shape;
  const [, keyHeads, keys] = k.shape;
  const shared =
    [q, k, v].every((x) => x.shape.length === 4) && keyHeads === v.shape[1]
      ? divideDimsExactly(heads!, keyHeads!)
      : undefined;
  if (shared === undefined || typeof size !== 'number') {
    throw new GraphError(
      'attention',
      `queries ${describe(q)}, keys ${describe(k)} and values ${describe(v)} must be [batch, heads, length, size], sizes known and key heads dividing query heads`,
    );
  }
  // Query heads that share a key head are more rows of one product: keys are never copied.
  const rows = [batch!, keyHeads!, multiplyDims(shared, queries!)] as const;
  const whole = [batch!, heads!, queries!, keys!] as const;
  const products = matmul(reshape(q, [...rows, size]), matrixTranspose(k));
  // Not the queries, which are fewer numbers: ONNX Runtime takes a factor of a product into the product.
  const scores = reshape(mul(products, options.scale ?? 1 / Math.sqrt(size)), whole);
  const { softcap = 0, masks = [] } = options;
  const capped = softcap > 0 ? mul(tanh(mul(scores, 1 / softcap)), softcap) : scores;
  const masked = masks.reduce(applyMask, capped);
  const weights = softmax(masked);
  const value = matmul(reshape(weights, [...rows, keys!]), v);
  return {
    value: reshape(value, [batch!, heads!, queries!, v.shape[3]!]),
    scores,
    capped,
    masked,
    weights,
  };
};
