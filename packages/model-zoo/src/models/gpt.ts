/** A small GPT: a transformer decoder over tokens. */

import {
  add,
  GraphError,
  gather,
  geluTanh,
  matmul,
  type OptionNames,
  requireKnown,
  transpose,
} from '@hograd/graph-builder';
import { normal } from '../initializers/distributions.js';
import { causalSelfAttention } from '../layers/attention.js';
import { type Layer, parameterless, parameterNamed, residual, sequence } from '../layers/layer.js';
import { linear } from '../layers/linear.js';
import { layerNormalization } from '../layers/normalization.js';
import type { Model, ParameterSpec } from '../model.js';
import { checkChoice, checkCounts } from './check.js';

/** Options of `gpt`. */
export interface GptOptions {
  /** Default 4. */
  readonly blocks?: number;
  /** A divisor of the width; default 4. */
  readonly heads?: number;
  /** Length of the vectors that stand for tokens; default 128. */
  readonly width?: number;
  /** Number of tokens; default 256, one for each byte. */
  readonly vocabulary?: number;
  /** T: how many tokens an example holds; default 64. */
  readonly context?: number;
  /**
   * Where the layers are normalised: `after` each sum, as in GPT (default), or `before` each branch, as in GPT-2, which adds one
   * more normalisation, `ln_f`, at the end.
   */
  readonly normalize?: 'after' | 'before';
}

const GPT_OPTIONS: OptionNames<GptOptions> = {
  blocks: true,
  heads: true,
  width: true,
  vocabulary: true,
  context: true,
  normalize: true,
};

const DEVIATION = 0.02;

const embedding = (name: string, rows: number, width: number): ParameterSpec => ({
  name: `${name}.weight`,
  shape: [rows, width],
  kind: 'embedding',
  fanIn: 1,
  fanOut: width,
  initializer: normal(DEVIATION),
});

const block = (name: string, { width, heads, blocks, normalize }: Required<GptOptions>): Layer => {
  const weight = normal(DEVIATION);
  // GPT-2 keeps the variance of a sum of 2·blocks branches that nothing normalises on the way.
  const projection = normalize === 'before' ? normal(DEVIATION / Math.sqrt(2 * blocks)) : weight;
  const attention = causalSelfAttention(`${name}.attn`, { width, heads, weight, projection });
  const perceptron = sequence(
    linear(`${name}.mlp.c_fc`, { inputs: width, outputs: 4 * width, weight }),
    parameterless(geluTanh),
    linear(`${name}.mlp.c_proj`, { inputs: 4 * width, outputs: width, weight: projection }),
  );
  const [first, second] = ['ln_1', 'ln_2'].map((norm) => layerNormalization(`${name}.${norm}`, width)) as [
    Layer,
    Layer,
  ];
  return normalize === 'after'
    ? sequence(residual(attention), first, residual(perceptron), second)
    : sequence(residual(sequence(first, attention)), residual(sequence(second, perceptron)));
};

/**
 * Tokens x int64[N, T] to logits [N, T, vocabulary] of the token that follows each. A token's vector `wte` and its position's
 * `wpe` are added; blocks `h.0`, `h.1`, … of causal self-attention and a perceptron 4 times as wide follow; the logits are
 * products with `wte` again. Without dropout. By default GPT's layout (Radford et al., Improving Language Understanding by
 * Generative Pre-Training, 2018): 12 tensors a block and the two embeddings, so 4 blocks make S = 50, with P = 834,048.
 * Weights and embeddings N(0, 0.02²), biases 0. Throws GraphError where an option is unknown or out of its range.
 */
export const gpt = (options: GptOptions = {}): Model => {
  requireKnown('gpt', options, GPT_OPTIONS);
  const full: Required<GptOptions> = {
    blocks: 4,
    heads: 4,
    width: 128,
    vocabulary: 256,
    context: 64,
    normalize: 'after',
    ...options,
  };
  const { normalize, ...counts } = full;
  const { blocks, heads, width, vocabulary, context } = counts;
  checkCounts('gpt', counts);
  checkChoice('gpt', 'normalize', normalize, ['after', 'before']);
  if (width % heads !== 0) throw new GraphError('gpt', `width is ${width}; it must be a multiple of heads, ${heads}`);
  const tokens = embedding('wte', vocabulary, width);
  const positions = embedding('wpe', context, width);
  const trunk = sequence(
    ...Array.from({ length: blocks }, (_, i) => block(`h.${i}`, full)),
    ...(normalize === 'before' ? [layerNormalization('ln_f', width)] : []),
  );
  return {
    parameters: [tokens, positions, ...trunk.parameters],
    forward: (parameters, x) => {
      const table = parameterNamed(parameters, tokens);
      const embedded = add(gather(table, x), parameterNamed(parameters, positions));
      return matmul(trunk.forward(parameters, embedded), transpose(table));
    },
    inputShape: [context],
    inputType: 'int64',
    classes: vocabulary,
    loss: 'softmaxCrossEntropy',
  };
};
