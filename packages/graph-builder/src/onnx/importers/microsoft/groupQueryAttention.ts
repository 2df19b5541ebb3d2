/**
 * Import of com.microsoft's GroupQueryAttention for whole prompts: causal, without a past. Rows of padding at a prompt's end attend as
 * the others do; ONNX Runtime leaves there what stood in its buffers.
 */

import { divideDimsExactly } from '../../../dim.js';
import { describe, type Expr } from '../../../expr.js';
import { attention } from '../../../functions/attention.js';
import { reshape } from '../../../ops/reshape.js';
import { sliceAxis } from '../../../ops/slice.js';
import { triangle } from '../../../ops/trilu.js';
import type { Importer, ImportNode } from '../../importer.js';
import { mergeHeads, splitHeads } from '../attention.js';
import { turned } from '../rotaryEmbedding.js';
import { scaleOf } from './attention.js';

const WHOLE_PROMPTS =
  'whole prompts are supported: fix the length of the past to 0 and total_sequence_length to the tokens’ own, for example with make_dim_param_fixed of onnxruntime.tools.onnx_model_utils';

/** Fails where the queries are not a whole prompt: a past of length 0 or none, and as many tokens in all as there are. */
const requireWholePrompt = (n: ImportNode, length: Expr['shape'][number]): void => {
  const past = n.optional(3);
  if (!past || past.shape[2] === 0) return;
  n.fail(`continues a past of length ${past.shape[2]} with ${length} tokens; ${WHOLE_PROMPTS}`);
};

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
  const part = (start: number, count: number): Expr => sliceAxis(query, 2, start * size, count * size);
  return [
    splitHeads(n, part(0, heads), 'num_heads'),
    splitHeads(n, part(heads, shared), 'kv_num_heads'),
    splitHeads(n, part(heads + shared, shared), 'kv_num_heads'),
  ];
};

/** Turns heads by the angles of their tokens' positions 0, 1, … */
const rotation = (n: ImportNode, length: Expr['shape'][number]): ((x: Expr) => Expr) => {
  if (n.int('do_rotary', 0) === 0) return (x) => x;
  if (n.optional(9))
    return n.fail(
      'has position_ids, which ONNX Runtime’s kernels read in different ways; leave them out, and positions count from 0',
    );
  const [cos, sin] = [7, 8].map((i) => {
    const rows = sliceAxis(n.input(i), 0, 0, length);
    return reshape(rows, [1, ...rows.shape]);
  }) as [Expr, Expr];
  return (x) => turned({ split: x, axis: 1 }, [cos, sin], n.int('rotary_interleaved', 0) === 1);
};

/** What a query sees: keys up to its own, of them the last `local_window_size` where that is given. */
const masksOf = (n: ImportNode, length: Expr['shape'][number]): readonly Expr[] => {
  const window = n.int('local_window_size', -1);
  const square = [length, length];
  const near = window > 0 ? [triangle(square, true, 1 - window)] : [];
  return [triangle(square, false), ...near];
};

export const groupQueryAttention: Importer = (n) => {
  const [q, k, v] = headsOf(n);
  const length = q.shape[2]!;
  requireWholePrompt(n, length);
  if (n.int('smooth_softmax', 0) === 1 || n.optional(11))
    return n.fail('has an additional sink in its softmax (smooth_softmax or head_sink), which is not supported');
  if (n.optional(12) || n.optional(13)) return n.fail('has a quantised cache, which is not supported');
  const bias = n.optional(10);
  const turn = rotation(n, length);
  const [queries, keys] = [turn(q), turn(k)];
  const { value } = attention(queries, keys, v, {
    ...scaleOf(n),
    softcap: n.float('softcap', 0),
    masks: [...(bias ? [bias] : []), ...masksOf(n, length)],
  });
  return [mergeHeads(value), keys, v];
};
