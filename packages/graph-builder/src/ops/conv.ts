/** Conv: cross-correlation of an input with kernels over any number of spatial axes; linear in each operand. */

import { bilinear } from '../classes/bilinear.js';
import { emitLowered } from '../convolution/emitLowered.js';
import {
  CONVOLUTION_OPTIONS,
  type ConvolutionAttributes,
  type ConvolutionOptions,
  checkConvolution,
  onnxAttributes,
  spatialSizes,
  windowOf,
} from '../convolution/geometry.js';
import { convLoop } from '../convolution/kernels.js';
import { goesByTaps } from '../convolution/lowering.js';
import { overStacks } from '../convolution/stack.js';
import { convByTaps } from '../convolution/taps.js';
import { isZero } from '../convolution/zero.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, makeExpr } from '../expr.js';
import { elementCount } from '../tensor.js';
import { constant } from './constant.js';
import { stackedConvInput } from './convInput.js';
import { stackedConvKernel } from './convKernel.js';
import { expand } from './expand.js';

const tapByTap = ({ args, attributes }: Expr<ConvolutionAttributes>): Expr =>
  convByTaps(args[0]!, args[1]!, attributes);

export const convOp = bilinear<ConvolutionAttributes>({
  name: 'conv',
  infer: (args, attributes) => {
    const [x, w] = args as [Expr, Expr];
    const { outputs } = checkConvolution('conv', attributes, { x, w });
    return { dtype: commonDType('conv', args), shape: [x.shape[0]!, w.shape[0]!, ...outputs] };
  },
  emit: (node, e) =>
    goesByTaps(node.attributes, node.args[1]!.shape, e.holds)
      ? emitLowered(node, tapByTap(node), e)
      : e.node('Conv', node.args.map(e.name), onnxAttributes(node.attributes)),
  evaluate: (node, [x, w], shape) =>
    convLoop(node.attributes, x!.data, w!.data, {
      batch: shape[0]!,
      channels: x!.shape[1]!,
      maps: shape[1]!,
      size: elementCount(shape),
    }),
  apply: (node, x, w, leadX, leadW) => stackedConv(x, w, node.attributes, leadX, leadW),
  adjoint: (node, i, adjoint, other, leadAdjoint, leadOther) =>
    i === 0
      ? stackedConvInput(adjoint, other, node.attributes, leadAdjoint, leadOther)
      : stackedConvKernel(other, adjoint, node.attributes, leadOther, leadAdjoint),
  lowerFloat64: tapByTap,
});

const makeConv = (x: Expr, w: Expr, attributes: ConvolutionAttributes): Expr => {
  if (isZero(x) || isZero(w)) {
    const { dtype, shape } = convOp.infer([x, w], attributes);
    return expand(constant(0, dtype), shape);
  }
  return makeExpr(convOp, [x, w], attributes);
};

/** conv where x [k, N, C, ...], w [k, M, C/g, ...] or both carry a stack axis. */
export function stackedConv(x: Expr, w: Expr, a: ConvolutionAttributes, leadX: number, leadW: number): Expr {
  return overStacks((p, q) => makeConv(p, q, a), x, w, leadX, leadW, [
    { operand: 0, groups: 1, result: 0, resultGroups: 1 },
    { operand: 0, groups: a.groups, result: 1, resultGroups: a.groups },
  ]);
}

/**
 * Convolution as neural networks mean it (cross-correlation): x [N, C, ...s] and w [M, C / groups, ...k] give
 * [N, M, ...o] with o = ⌊(s + pads − dilation·(k − 1) − 1) / stride⌋ + 1. N may be a symbol; spatial lengths are numbers.
 * Throws GraphError where operands or options do not fit.
 */
export function conv(x: Expr, w: Expr, options: ConvolutionOptions = {}): Expr {
  if (x.shape.length !== w.shape.length) {
    throw new GraphError('conv', `${describe(x)} and ${describe(w)} must have as many axes as one another`);
  }
  const window = windowOf('conv', spatialSizes('conv', w), options, CONVOLUTION_OPTIONS);
  return makeConv(x, w, { ...window, sizes: spatialSizes('conv', x), groups: options.groups ?? 1 });
}
