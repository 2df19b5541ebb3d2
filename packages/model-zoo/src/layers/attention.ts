/** Causal self-attention with several heads. */

import { attention, constant, type Expr, reshape, sliceAxis, tensor, transpose } from '@hograd/graph-builder';
import type { Initializer } from '../initializers/initializer.js';
import { type Layer, parameterless, sequence } from './layer.js';
import { linear } from './linear.js';

export interface AttentionOptions {
  readonly width: number;
  /** A divisor of the width. */
  readonly heads: number;
  /** Of the weights that make queries, keys and values, and of those that join the heads. */
  readonly weight: Initializer;
  readonly projection: Initializer;
}

/** Added to scores a position must not see: e^−1e9 is 0 in every float type, and the number stays finite in float32. */
const MASKED = -1e9;

/** 0 where column ≤ row, the mask elsewhere. */
const causalMask = (length: number, dtype: Expr['dtype']): Expr => {
  const values = Float64Array.from({ length: length ** 2 }, (_, i) =>
    i % length > Math.floor(i / length) ? MASKED : 0,
  );
  return constant(tensor(values, [length, length], dtype));
};

/** Queries, keys and values side by side, [N, T, 3·width], to the heads' results [N, T, width]. */
const attend =
  (heads: number) =>
  (joint: Expr): Expr => {
    const [batch, length, triple] = joint.shape as [Expr['shape'][number], number, number];
    const width = triple / 3;
    const each = width / heads;
    const [query, key, value] = [0, 1, 2].map((part) =>
      transpose(reshape(sliceAxis(joint, 2, part * width, width), [batch, length, heads, each]), [0, 2, 1, 3]),
    ) as [Expr, Expr, Expr];
    const { value: attended } = attention(query, key, value, { masks: [causalMask(length, joint.dtype)] });
    return reshape(transpose(attended, [0, 2, 1, 3]), [batch, length, width]);
  };

/**
 * x [N, T, width] to [N, T, width], where position t reads positions 0 … t only (Vaswani et al., arXiv 1706.03762, section 3.2):
 * `name.c_attn` makes queries, keys and values in one product, `name.c_proj` joins the heads.
 */
export const causalSelfAttention = (name: string, { width, heads, weight, projection }: AttentionOptions): Layer =>
  sequence(
    linear(`${name}.c_attn`, { inputs: width, outputs: 3 * width, weight }),
    parameterless(attend(heads)),
    linear(`${name}.c_proj`, { inputs: width, outputs: width, weight: projection }),
  );
