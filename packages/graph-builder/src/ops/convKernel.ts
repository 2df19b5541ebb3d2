/** ConvKernel: the adjoint of convolution in its kernels; linear in each operand. */

import { bilinear } from '../classes/bilinear.js';
import { emitLowered } from '../convolution/emitLowered.js';
import {
  CONVOLUTION_OPTIONS,
  type ConvolutionAttributes,
  type ConvolutionOptions,
  checkConvolution,
  spatialSizes,
  windowOf,
} from '../convolution/geometry.js';
import { convKernelJointly, isNarrow } from '../convolution/jointKernel.js';
import { convWeightLoop } from '../convolution/kernels.js';
import { overStacks } from '../convolution/stack.js';
import { convKernelByTaps } from '../convolution/taps.js';
import { isZero } from '../convolution/zero.js';
import { divideDimsExactly } from '../dim.js';
import { commonDType, type Expr, makeExpr } from '../expr.js';
import { elementCount } from '../tensor.js';
import { constant } from './constant.js';
import { stackedConv } from './conv.js';
import { stackedConvInput } from './convInput.js';
import { expand } from './expand.js';

const asProducts = ({ args: [x, y], shape, attributes }: Expr<ConvolutionAttributes>): Expr =>
  (isNarrow(shape[1]!) ? convKernelJointly : convKernelByTaps)(x!, y!, attributes);

export const convKernelOp = bilinear<ConvolutionAttributes>({
  name: 'convKernel',
  infer: (args, attributes) => {
    const [x, y] = args as [Expr, Expr];
    checkConvolution('convKernel', attributes, { x, y });
    const channels = divideDimsExactly(x.shape[1]!, attributes.groups)!;
    return { dtype: commonDType('convKernel', args), shape: [y.shape[1]!, channels, ...attributes.kernel] };
  },
  // Conv with transposed operands would say this in one node and runs several times slower than matrix products.
  emit: (node, e) => emitLowered(node, asProducts(node), e),
  evaluate: (node, [x, y], shape) =>
    convWeightLoop(node.attributes, x!.data, y!.data, {
      batch: x!.shape[0]!,
      channels: x!.shape[1]!,
      maps: shape[0]!,
      size: elementCount(shape),
    }),
  apply: (node, x, y, leadX, leadY) => stackedConvKernel(x, y, node.attributes, leadX, leadY),
  adjoint: (node, i, adjoint, other, leadAdjoint, leadOther) =>
    i === 0
      ? stackedConvInput(other, adjoint, node.attributes, leadOther, leadAdjoint)
      : stackedConv(other, adjoint, node.attributes, leadOther, leadAdjoint),
  lowerFloat64: asProducts,
});

const makeConvKernel = (x: Expr, y: Expr, attributes: ConvolutionAttributes): Expr => {
  if (isZero(x) || isZero(y)) {
    const { dtype, shape } = convKernelOp.infer([x, y], attributes);
    return expand(constant(0, dtype), shape);
  }
  return makeExpr(convKernelOp, [x, y], attributes);
};

/** convKernel where x [k, N, C, ...], y [k, N, M, ...] or both carry a stack axis, which goes into the channels. */
export function stackedConvKernel(x: Expr, y: Expr, a: ConvolutionAttributes, leadX: number, leadY: number): Expr {
  return overStacks((p, q) => makeConvKernel(p, q, a), x, y, leadX, leadY, [
    { operand: 1, groups: a.groups, result: 1, resultGroups: 1 },
    { operand: 1, groups: a.groups, result: 0, resultGroups: a.groups },
  ]);
}

/**
 * The adjoint of `conv` in w: x [N, C, ...s] and y [N, M, ...o] give [M, C / groups, ...kernel], summed over the batch,
 * with ⟨conv(x, w), y⟩ = ⟨w, convKernel(x, y)⟩. Throws GraphError where x does not convolve to y's spatial lengths.
 */
export function convKernel(x: Expr, y: Expr, kernel: readonly number[], options: ConvolutionOptions = {}): Expr {
  const window = windowOf('convKernel', kernel, options, CONVOLUTION_OPTIONS);
  return makeConvKernel(x, y, { ...window, sizes: spatialSizes('convKernel', x), groups: options.groups ?? 1 });
}
