// The operators that hograd sets out to import, in the groups of docs/operators.md.
const words = (text) => text.trim().split(/\s+/);

export const OPERATORS = {
  Elementwise: words(`
    Add Sub Mul Div Mod Neg Abs Sign Exp Log Sqrt Reciprocal Pow Max Min Mean Sum Clip Where Equal Greater GreaterOrEqual Less
    LessOrEqual And Or Xor Not BitwiseAnd BitwiseOr BitwiseXor BitwiseNot BitShift IsNaN IsInf Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Floor Ceil Round Relu LeakyRelu
    PRelu Elu Selu Celu Gelu Sigmoid HardSigmoid HardSwish Swish Mish Softplus Softsign Tanh ThresholdedRelu
    Shrink`),
  'Products and windows': words(`
    MatMul Det Gemm Einsum Conv ConvTranspose Col2Im MaxPool MaxUnpool AveragePool LpPool GlobalAveragePool GlobalMaxPool
    GlobalLpPool`),
  'Normalisation, softmax and losses': words(`
    BatchNormalization LayerNormalization InstanceNormalization GroupNormalization RMSNormalization
    LRN LpNormalization MeanVarianceNormalization Softmax LogSoftmax Hardmax
    SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss`),
  Reductions: words(`
    ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare
    ArgMax ArgMin TopK CumSum CumProd`),
  'Shapes and indices': words(`
    Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Gather GatherElements GatherND Scatter ScatterElements
    ScatterND Expand Tile Pad Shape Size Range ConstantOfShape Constant Cast CastLike OneHot EyeLike Trilu DepthToSpace SpaceToDepth
    Identity Dropout Resize Upsample CenterCropPad ReverseSequence Compress NonZero Unique
    ArrayFeatureExtractor`),
  'Sampling between elements': words('GridSample AffineGrid RoiAlign DeformConv'),
  Spectra: words('DFT STFT HannWindow HammingWindow BlackmanWindow MelWeightMatrix'),
  'Control flow': words('If Loop Scan'),
  Sequences: words(`
    SplitToSequence SequenceAt SequenceConstruct SequenceEmpty SequenceInsert SequenceErase SequenceLength ConcatFromSequence
    SequenceMap`),
  Quantisation: words('QuantizeLinear DequantizeLinear DynamicQuantizeLinear'),
  'Random numbers': words(`
    RandomNormal RandomNormalLike RandomUniform RandomUniformLike Bernoulli Multinomial`),
  Attention: words('Attention RotaryEmbedding TensorScatter'),
  Recurrence: words('RNN LSTM GRU'),
  'Linear models (ai.onnx.ml)': words('Scaler Normalizer LinearRegressor LinearClassifier'),
};
