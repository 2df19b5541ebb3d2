/** The operators of ONNX's own domain that hograd imports, by type. */

import { productOfDims } from '../../dim.js';
import { einsum } from '../../einsum/einsum.js';
import type { Expr } from '../../expr.js';
import { isFloat } from '../../expr.js';
import { det } from '../../ops/det.js';
import { div } from '../../ops/div.js';
import { hardmax } from '../../ops/hardmax.js';
import { integerDivide } from '../../ops/integerDivide.js';
import { logSoftmax } from '../../ops/logSoftmax.js';
import { matmul } from '../../ops/matmul.js';
import { mod } from '../../ops/mod.js';
import { reshape } from '../../ops/reshape.js';
import { softmax } from '../../ops/softmax.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';
import { arrangements } from './arrangement.js';
import { attentionImporter } from './attention.js';
import { centerCropPadImporter } from './centerCropPad.js';
import { controlFlow } from './controlFlow/index.js';
import { convolutions } from './convolution.js';
import { counted } from './counted.js';
import { dropout } from './dropout.js';
import { elementwise } from './elementwise.js';
import { gemm } from './gemm.js';
import { indexing } from './indexing.js';
import { negativeLogLikelihoodLoss, softmaxCrossEntropyLoss } from './loss.js';
import { nonFinite } from './nonFinite.js';
import { normalizations } from './normalization.js';
import { poolings } from './pooling.js';
import { quantizations } from './quantization.js';
import { randoms } from './random.js';
import { recurrent } from './recurrent/index.js';
import { reductions } from './reduction.js';
import { resizes } from './resize.js';
import { reverseSequenceImporter } from './reverseSequence.js';
import { rotaryEmbeddingImporter } from './rotaryEmbedding.js';
import { samplings } from './sampling.js';
import { scatters } from './scatter.js';
import { selections } from './selection.js';
import { sequences } from './sequences.js';
import { shapes } from './shape.js';
import { spectra } from './spectrum.js';
import { tensorScatterImporter } from './tensorScatter.js';
import { topKImporter } from './topK.js';

/** Before opset 13 softmax worked on all axes from `axis` on, flattened into one; since then on that axis alone. */
const softmaxLike =
  (f: (x: Expr, axis: number) => Expr) =>
  (n: ImportNode): readonly Expr[] => {
    const x = n.input(0);
    if (n.opset >= 13) return [f(x, n.int('axis', -1))];
    const axis = normalizeAxis(n.opType, n.int('axis', 1), x.shape.length);
    const flat = reshape(x, [productOfDims(x.shape.slice(0, axis)), productOfDims(x.shape.slice(axis))]);
    return [reshape(f(flat, 1), x.shape)];
  };

export const importers: Readonly<Record<string, Importer>> = {
  ...arrangements,
  ...controlFlow,
  ...convolutions,
  ...counted,
  ...elementwise,
  ...indexing,
  ...nonFinite,
  ...normalizations,
  ...poolings,
  ...quantizations,
  ...randoms,
  ...recurrent,
  ...reductions,
  ...resizes,
  ...samplings,
  ...scatters,
  ...selections,
  ...sequences,
  ...shapes,
  ...spectra,
  Attention: attentionImporter,
  CenterCropPad: centerCropPadImporter,
  Det: (n) => [det(n.input(0))],
  Div: (n) => [isFloat(n.input(0).dtype) ? div(n.input(0), n.input(1)) : integerDivide(n.input(0), n.input(1))],
  Dropout: dropout,
  Einsum: (n) => [
    einsum(
      n.string('equation', ''),
      n.inputs.map((_, i) => n.input(i)),
    ),
  ],
  Gemm: (n) => [gemm(n)],
  Hardmax: softmaxLike(hardmax),
  LogSoftmax: softmaxLike(logSoftmax),
  MatMul: (n) => [matmul(n.input(0), n.input(1))],
  Mod: (n) => [mod(n.input(0), n.input(1), n.int('fmod', 0) === 1)],
  NegativeLogLikelihoodLoss: negativeLogLikelihoodLoss,
  ReverseSequence: reverseSequenceImporter,
  RotaryEmbedding: rotaryEmbeddingImporter,
  Softmax: softmaxLike(softmax),
  SoftmaxCrossEntropyLoss: softmaxCrossEntropyLoss,
  TensorScatter: tensorScatterImporter,
  TopK: topKImporter,
};
