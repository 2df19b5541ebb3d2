/** Tensor expressions, their derivatives to any order, and standard ONNX in and out. */

export type { ConvolutionOptions } from './convolution/geometry.js';
export type { PoolingOptions } from './convolution/pooling.js';
export { type Dim, evaluateDim, isSymbol, symbol, symbolLengths, symbolsIn } from './dim.js';
export { einsum } from './einsum/einsum.js';
export { GraphError, type Unequal } from './error.js';
export { evaluate, type Fed } from './evaluate.js';
export { describe, type Expr, isFloat, topologicalOrder } from './expr.js';
export { type Attention, type AttentionOptions, attention } from './functions/attention.js';
export { type BatchNormalized, batchNorm, batchNormInference } from './functions/batchNorm.js';
export { groupNorm, instanceNorm } from './functions/groupNorm.js';
export { type LayerNormOptions, layerNorm, rmsNorm } from './functions/layerNorm.js';
export { type LocalResponseNormOptions, localResponseNorm } from './functions/localResponseNorm.js';
export { logitOf, logitsOf, twoClasses } from './functions/logits.js';
export { type LabelOptions, meanSquaredError, negativeLogLikelihood, softmaxCrossEntropy } from './functions/losses.js';
export { lpNormalize } from './functions/lpNormalize.js';
export { mean } from './functions/mean.js';
export { meanVarianceNorm } from './functions/meanVarianceNorm.js';
export { rotaryEmbedding } from './functions/rotaryEmbedding.js';
export { type Graph, inputNamed, makeGraph, type Output, outputNamed } from './graph.js';
export { type PeakMemory, peakMemory } from './memory/peakMemory.js';
export { constantNames } from './onnx/constantNames.js';
export { type DecodeOptions, decode } from './onnx/decode.js';
export { type EncodeOptions, encode, OPSET } from './onnx/encode.js';
export type { DecodeError, UnsupportedNode } from './onnx/errors.js';
export type { ExternalData } from './onnx/externalData.js';
export { isUniform } from './onnx/uniform.js';
export type { Attributes, Op, Value } from './op.js';
export * from './ops/index.js';
export { type OptionNames, requireKnown } from './options.js';
export type { Shape } from './shape.js';
export {
  type Along,
  derivative,
  type Groups,
  type Order,
  type Summary,
  type SummaryOf,
  type SummaryOptions,
  summary,
} from './summary/index.js';
export type { DataOf, DType, Tensor, TensorData } from './tensor.js';
export { elementCount } from './tensor.js';
export { hvp } from './transforms/hvp.js';
export { jet } from './transforms/jet.js';
export { jvp } from './transforms/jvp.js';
export { castGraph, substitute } from './transforms/rewrite.js';
export { simplify } from './transforms/simplify.js';
export { grad, vjp } from './transforms/vjp.js';
