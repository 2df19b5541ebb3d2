/** The layers of a graph that are linear in a parameter: what K-FAC approximates the Fisher matrix of. */

import {
  constant,
  conv,
  type Expr,
  elementCount,
  type Input,
  mul,
  reshape,
  tensor,
  transpose,
} from '@hograd/graph-builder';

/**
 * A matrix product or convolution with a parameter, and the parameter that is added to its result, [outputs] along
 * `channelAxis`.
 */
export interface Layer {
  readonly weight: Input;
  readonly bias?: Input;
  /** The product, before the bias: its adjoint is the layer's. */
  readonly output: Expr;
  /** The axis of `output` along which its outputs lie; all others are rows. */
  readonly channelAxis: number;
  /** Sizes of a row of inputs, without the bias's 1, and of outputs. */
  readonly inputs: number;
  readonly outputs: number;
  /** [rows, inputs]: what the weights multiply, one row for each example and each position that shares the weights. */
  readonly inputRows: Expr;
  /** The adjoint of `output` as [rows, outputs]. */
  readonly outputRows: (adjoint: Expr) => Expr;
  /** A tensor of the weight's shape as [outputs, inputs], and back. */
  readonly toMatrix: (weight: Expr) => Expr;
  readonly fromMatrix: (matrix: Expr) => Expr;
}

/** How an operand is made of a weight: scale·W, or its transpose. */
export interface WeightUse {
  readonly weight: Input;
  readonly scale: number;
  readonly transposed: boolean;
}

const same = (x: Expr): Expr => x;

/** x·W with W = `weight` [inputs, outputs], or its transpose. A scaled weight is a weight of scaled inputs. */
export const productOfRows = (output: Expr, { weight, scale, transposed }: WeightUse): Layer => ({
  weight,
  output,
  channelAxis: 1,
  inputs: Number(output.args[1]!.shape[0]),
  outputs: Number(output.args[1]!.shape[1]),
  inputRows: mul(output.args[0]!, scale),
  outputRows: same,
  toMatrix: transposed ? same : transpose,
  fromMatrix: transposed ? same : transpose,
});

/** W·x with examples in the columns of x and W = `weight` [outputs, inputs], or its transpose. */
export const productOfColumns = (output: Expr, { weight, scale, transposed }: WeightUse): Layer => ({
  weight,
  output,
  channelAxis: 0,
  inputs: Number(output.args[0]!.shape[1]),
  outputs: Number(output.args[0]!.shape[0]),
  inputRows: mul(transpose(output.args[1]!), scale),
  outputRows: transpose,
  toMatrix: transposed ? transpose : same,
  fromMatrix: transposed ? transpose : same,
});

/** [N, C, …] as [N · positions, C]. */
const channelRows = (x: Expr): Expr => {
  const spatial = x.shape.map((_, i) => i).slice(2);
  return reshape(transpose(x, [0, ...spatial, 1]), [-1, x.shape[1]!]);
};

/**
 * The patches that a convolution's kernels see, [N · positions, C · taps], a channel's taps together as in the kernels:
 * a convolution of each channel with one kernel a tap that is 1 there and 0 elsewhere, so strides, pads and dilations
 * are the convolution's own.
 */
const patches = (node: Expr): Expr => {
  const x = node.args[0]!;
  const { kernel, strides, padsBefore, padsAfter, dilations } = node.attributes;
  const taps = elementCount(kernel);
  const picks = new Float64Array(taps * taps).map((_, i) => Number(Math.floor(i / taps) === i % taps));
  const each = reshape(x, [-1, 1, ...x.shape.slice(2)]);
  const kernels = constant(tensor(picks, [taps, 1, ...kernel], x.dtype));
  const picked = conv(each, kernels, { strides, padsBefore, padsAfter, dilations });
  const channels = Number(x.shape[1]) * taps;
  return channelRows(reshape(picked, [x.shape[0]!, channels, ...picked.shape.slice(2)]));
};

/** conv(x, W) with W = `weight` [outputs, channels, …] and one group. */
export const convolution = (output: Expr, { weight, scale }: WeightUse): Layer => ({
  weight,
  output,
  channelAxis: 1,
  inputs: elementCount(weight.shape.slice(1).map(Number)),
  outputs: Number(weight.shape[0]),
  inputRows: mul(patches(output), scale),
  outputRows: channelRows,
  toMatrix: (w) => reshape(w, [weight.shape[0]!, -1]),
  fromMatrix: (matrix) => reshape(matrix, weight.shape),
});
