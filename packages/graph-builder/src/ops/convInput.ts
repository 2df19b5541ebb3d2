/** ConvInput: the adjoint of convolution in its input (ONNX's ConvTranspose); linear in each operand. */

import { bilinear } from '../classes/bilinear.js';
import { emitLowered } from '../convolution/emitLowered.js';
import {
  CONVOLUTION_OPTIONS,
  type ConvolutionAttributes,
  type ConvolutionOptions,
  checkConvolution,
  extent,
  onnxAttributes,
  outputSizes,
  spatialSizes,
  windowOf,
} from '../convolution/geometry.js';
import { convInputLoop } from '../convolution/kernels.js';
import { goesByTaps } from '../convolution/lowering.js';
import { overStacks } from '../convolution/stack.js';
import { convInputByTaps } from '../convolution/taps.js';
import { isZero } from '../convolution/zero.js';
import { multiplyDims } from '../dim.js';
import { commonDType, type Expr, makeExpr } from '../expr.js';
import { elementCount } from '../tensor.js';
import { constant } from './constant.js';
import { stackedConv } from './conv.js';
import { stackedConvKernel } from './convKernel.js';
import { expand } from './expand.js';

/** Lengths at the end of each axis that no output position reads: ConvTranspose cannot tell them from the result's shape. */
const outputPadding = (a: ConvolutionAttributes): readonly number[] =>
  outputSizes(a.sizes, a).map((o, i) => {
    const reached = a.strides[i]! * (o - 1) + extent(a.kernel[i]!, a.dilations[i]!);
    return a.sizes[i]! + a.padsBefore[i]! + a.padsAfter[i]! - reached;
  });

const tapByTap = ({ args, attributes }: Expr<ConvolutionAttributes>): Expr =>
  convInputByTaps(args[0]!, args[1]!, attributes);

export const convInputOp = bilinear<ConvolutionAttributes>({
  name: 'convInput',
  infer: (args, attributes) => {
    const [y, w] = args as [Expr, Expr];
    checkConvolution('convInput', attributes, { y, w });
    const channels = multiplyDims(w.shape[1]!, attributes.groups);
    return { dtype: commonDType('convInput', args), shape: [y.shape[0]!, channels, ...attributes.sizes] };
  },
  emit: (node, e) =>
    goesByTaps(node.attributes, node.args[1]!.shape, e.holds)
      ? emitLowered(node, tapByTap(node), e)
      : e.node('ConvTranspose', node.args.map(e.name), {
          ...onnxAttributes(node.attributes),
          output_padding: outputPadding(node.attributes),
        }),
  evaluate: (node, [y, w], shape) =>
    convInputLoop(node.attributes, y!.data, w!.data, {
      batch: shape[0]!,
      channels: shape[1]!,
      maps: y!.shape[1]!,
      size: elementCount(shape),
    }),
  apply: (node, y, w, leadY, leadW) => stackedConvInput(y, w, node.attributes, leadY, leadW),
  adjoint: (node, i, adjoint, other, leadAdjoint, leadOther) =>
    i === 0
      ? stackedConv(adjoint, other, node.attributes, leadAdjoint, leadOther)
      : stackedConvKernel(adjoint, other, node.attributes, leadAdjoint, leadOther),
  lowerFloat64: tapByTap,
});

const makeConvInput = (y: Expr, w: Expr, attributes: ConvolutionAttributes): Expr => {
  if (isZero(y) || isZero(w)) {
    const { dtype, shape } = convInputOp.infer([y, w], attributes);
    return expand(constant(0, dtype), shape);
  }
  return makeExpr(convInputOp, [y, w], attributes);
};

/** convInput where y [k, N, M, ...], w [k, M, C/g, ...] or both carry a stack axis. */
export function stackedConvInput(y: Expr, w: Expr, a: ConvolutionAttributes, leadY: number, leadW: number): Expr {
  return overStacks((p, q) => makeConvInput(p, q, a), y, w, leadY, leadW, [
    { operand: 0, groups: 1, result: 0, resultGroups: 1 },
    { operand: 1, groups: 1, result: 1, resultGroups: a.groups },
  ]);
}

/**
 * The adjoint of `conv` in x, known as transposed convolution: y [N, M, ...o] and w [M, C / groups, ...k] give
 * [N, C, ...sizes], where `sizes` are the spatial lengths of the convolution's input, with
 * ⟨conv(x, w), y⟩ = ⟨x, convInput(y, w)⟩. Throws GraphError where `sizes` do not convolve to y's.
 */
export function convInput(y: Expr, w: Expr, sizes: readonly number[], options: ConvolutionOptions = {}): Expr {
  const window = windowOf('convInput', spatialSizes('convInput', w), options, CONVOLUTION_OPTIONS);
  return makeConvInput(y, w, { ...window, sizes, groups: options.groups ?? 1 });
}
