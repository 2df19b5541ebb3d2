/**
 * The operators of the domain com.microsoft that hograd imports: what ONNX Runtime's optimizers and Hugging Face's tools fuse
 * (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
 */

import type { Importer } from '../../importer.js';
import { rmsNormalization } from '../normalization.js';
import { microsoftActivations } from './activations.js';
import { packedAttention } from './attention.js';
import { groupQueryAttention } from './groupQueryAttention.js';
import { matMulNBits } from './matMulNBits.js';
import { multiHeadAttention } from './multiHeadAttention.js';
import { skipNormalizations } from './normalization.js';
import { fusedProducts } from './products.js';
import { cachedRotaryEmbedding } from './rotaryEmbedding.js';

export const microsoft: Readonly<Record<string, Importer>> = {
  ...fusedProducts,
  ...microsoftActivations,
  ...skipNormalizations,
  Attention: packedAttention,
  GroupQueryAttention: groupQueryAttention,
  MatMulNBits: matMulNBits,
  MultiHeadAttention: multiHeadAttention,
  RotaryEmbedding: cachedRotaryEmbedding,
  SimplifiedLayerNormalization: rmsNormalization,
};
