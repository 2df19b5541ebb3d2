// The operators that hograd sets out to import, in the groups of docs/operators.md.
const words = (text) => text.trim().split(/\s+/);

export const OPERATORS = {
  Elementwise: words(`
    Add Sub Mul Div Mod Neg Abs Sign Exp Log Sqrt Reciprocal Pow Max Min Mean Sum Clip Where Equal Greater GreaterOrEqual Less
    LessOrEqual And Or Xor Not IsNaN IsInf Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Floor Ceil Round Relu LeakyRelu
    PRelu Elu Selu Celu Gelu Sigmoid HardSigmoid HardSwish Mish Softplus Softsign Tanh ThresholdedRelu`),
  'Products and windows': words(`
    MatMul Gemm Einsum Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool`),
  'Normalisation, softmax and losses': words(`
    BatchNormalization LayerNormalization InstanceNormalization GroupNormalization RMSNormalization Softmax LogSoftmax
    SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss`),
  Reductions: words(`
    ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare
    ArgMax ArgMin TopK CumSum`),
  'Shapes and indices': words(`
    Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Gather GatherElements GatherND Scatter ScatterElements
    ScatterND Expand Tile Pad Shape Size Range ConstantOfShape Constant Cast CastLike OneHot EyeLike Trilu DepthToSpace SpaceToDepth
    Identity Dropout Resize Upsample`),
  'Sampling between elements': words('GridSample AffineGrid RoiAlign DeformConv'),
  Spectra: words('DFT STFT HannWindow HammingWindow BlackmanWindow MelWeightMatrix'),
  'Control flow': words('If'),
  Sequences: words('SplitToSequence SequenceAt SequenceConstruct SequenceLength ConcatFromSequence'),
  Attention: words('Attention'),
  Recurrence: words('RNN LSTM GRU'),
};
