/** MaxPool: the largest element of each window over the spatial axes; linear given which element each window takes. */

import { linear } from '../classes/linear.js';
import { emitLowered } from '../convolution/emitLowered.js';
import { outputSizes, spatialSizes, tapsOf, type Window } from '../convolution/geometry.js';
import { POOLING_OPTIONS, type PoolingOptions, poolingWindow } from '../convolution/pooling.js';
import { isTiling, maximaOfTiles } from '../convolution/tiles.js';
import { GraphError } from '../error.js';
import { describe, type Expr, makeExpr } from '../expr.js';
import type { Emitter, Op, Value } from '../op.js';
import { sameShape } from '../shape.js';
import { elementCount } from '../tensor.js';
import { add, addOp } from './add.js';
import { gatherElements, stackIndices } from './gatherElements.js';
import { reshape } from './reshape.js';
import { scatterElements } from './scatterElements.js';

/** Some window lies in the padding entirely, and so has no largest element. */
const hasEmptyWindow = (sizes: readonly number[], window: Window): boolean =>
  outputSizes(sizes, window).some((outputs, axis) =>
    Array.from({ length: outputs }, (_, o) => o * window.strides[axis]! - window.padsBefore[axis]!).some((start) =>
      Array.from({ length: window.kernel[axis]! }, (_, k) => start + k * window.dilations[axis]!).every(
        (at) => at < 0 || at >= sizes[axis]!,
      ),
    ),
  );

const shapeOf = (x: Expr, window: Window) => {
  const sizes = spatialSizes('maxPool', x);
  const outputs = outputSizes(sizes, window);
  if (outputs.some((o) => o < 1) || hasEmptyWindow(sizes, window)) {
    throw new GraphError(
      'maxPool',
      `windows of [${window.kernel.join(', ')}] over ${describe(x)} lie outside it; use less padding or a smaller window`,
    );
  }
  return [...x.shape.slice(0, 2), ...outputs];
};

/** For each window the flat position, within its channel's spatial axes, of its largest element: the first among equals. */
const selected = (x: Value, outputs: readonly number[], window: Window): Float64Array => {
  const sizes = x.shape.slice(2);
  const taps = tapsOf(sizes, outputs, window);
  const channels = x.shape[0]! * x.shape[1]!;
  const [inner, outer] = [elementCount(sizes), elementCount(outputs)];
  const best = new Float64Array(channels * outer).fill(-1);
  for (let c = 0; c < channels; c++) {
    for (const tap of taps) {
      tap.outputs.forEach((o, p) => {
        const at = c * outer + o;
        const candidate = tap.inputs[p]!;
        const value = x.data[c * inner + candidate]!;
        if (best[at] === -1 || value > x.data[c * inner + best[at]!]! || Number.isNaN(value)) best[at] = candidate;
      });
    }
  }
  return best;
};

/** Values and positions where the graph needs both; `indices` is empty where it needs values alone. */
const emitBoth = (node: Expr<Window>, e: Emitter): { readonly value: string; readonly indices: string } => {
  const [x] = node.args as [Expr];
  const { kernel, strides, padsBefore, padsAfter, dilations } = node.attributes;
  const attributes = { kernel_shape: kernel, strides, pads: [...padsBefore, ...padsAfter], dilations };
  const positions = makeExpr(maxPoolIndicesOp, [x], node.attributes);
  if (!e.contains(positions)) return { value: e.node('MaxPool', [e.name(x)], attributes), indices: '' };
  if (isTiling(x, node.attributes)) {
    const tiles = maximaOfTiles(x, node.attributes);
    return { value: emitLowered(node, tiles.values, e), indices: emitLowered(node, tiles.positions, e) };
  }
  // ONNX counts positions through the whole tensor.
  const [value, whole] = e.nodes('MaxPool', [e.name(x)], 2, attributes) as [string, string];
  const indices = e.node('Mod', [whole, e.scalar('int64', elementCount(spatialSizes('maxPool', x)))]);
  return { value, indices };
};

/** Positions of the windows' maxima within their channel (int64); piecewise constant, and so without a derivative. */
export const maxPoolIndicesOp: Op<Window> = {
  name: 'maxPoolIndices',
  infer: ([x], window) => ({ dtype: 'int64', shape: shapeOf(x!, window) }),
  emit: (node, e) => {
    const { value, indices } = emitBoth(node, e);
    const pooled = makeExpr(maxPoolOp, node.args, node.attributes);
    if (e.contains(pooled)) e.bind(pooled, value);
    return indices;
  },
  evaluate: (node, [x], shape) => selected(x!, shape.slice(2), node.attributes),
};

const indicesOf = (node: Expr<Window>): Expr => {
  const indices = makeExpr(maxPoolIndicesOp, node.args, node.attributes);
  return reshape(indices, [...node.shape.slice(0, 2), -1]);
};

export const maxPoolOp = linear<Window>({
  name: 'maxPool',
  infer: ([x], window) => ({ dtype: x!.dtype, shape: shapeOf(x!, window) }),
  emit: (node, e) => {
    const { value, indices } = emitBoth(node, e);
    if (indices !== '') e.bind(makeExpr(maxPoolIndicesOp, node.args, node.attributes), indices);
    return value;
  },
  evaluate: (node, [x], shape) => {
    const outer = elementCount(shape.slice(2));
    const inner = elementCount(x!.shape.slice(2));
    return selected(x!, shape.slice(2), node.attributes).map((at, i) => x!.data[Math.floor(i / outer) * inner + at]!);
  },
  tangent: (node, _, dx, lead) => {
    const stack = dx.shape.slice(0, lead);
    const flat = reshape(dx, [...dx.shape.slice(0, lead + 2), -1]);
    const taken = gatherElements(flat, stackIndices(indicesOf(node), stack), lead + 2);
    return reshape(taken, [...stack, ...node.shape]);
  },
  adjoint: (node, _, adjoint, lead) => {
    const x = node.args[0]!;
    const stack = adjoint.shape.slice(0, lead);
    const flat = reshape(adjoint, [...adjoint.shape.slice(0, lead + 2), -1]);
    const size = elementCount(spatialSizes('maxPool', x));
    const spread = scatterElements(flat, stackIndices(indicesOf(node), stack), lead + 2, size);
    return reshape(spread, [...stack, ...x.shape]);
  },
});

/** What a window's maximum may be taken of instead of x, and what then makes x's maximum of it; undefined where there is no such thing. */
const beforeMaxima = (x: Expr): { readonly operand: Expr; readonly after: (maxima: Expr) => Expr } | undefined => {
  const { op, args, attributes } = x;
  if (op.monotone?.(attributes)) return { operand: args[0]!, after: (maxima) => makeExpr(op, [maxima], attributes) };
  if (op !== addOp) return undefined;
  const isBias = ({ shape }: Expr): boolean => {
    const spatial = x.shape.length - 2;
    return shape.length > spatial && shape.slice(-spatial).every((d) => d === 1);
  };
  const i = args.findIndex((arg, j) => sameShape(arg.shape, x.shape) && isBias(args[1 - j]!));
  return i < 0 ? undefined : { operand: args[i]!, after: (maxima) => add(maxima, args[1 - i]!) };
};

/**
 * Where windows make fewer elements, a function that never decreases, and a channel's bias, are applied to the maxima and not to
 * all that they are taken of: the same values and derivatives, for a quarter of the elementwise work of a network with windows of 2×2.
 */
const pooled = (x: Expr, window: Window): Expr => {
  const sizes = spatialSizes('maxPool', x);
  const before = elementCount(outputSizes(sizes, window)) < elementCount(sizes) ? beforeMaxima(x) : undefined;
  return before ? before.after(pooled(before.operand, window)) : makeExpr(maxPoolOp, [x], window);
};

/**
 * The largest element of each window: x [N, C, ...s] gives [N, C, ...o]; padding never wins. Among equal elements the
 * first in row-major order takes the derivative (PyTorch's convention). Throws GraphError where a window holds no element.
 */
export function maxPool(x: Expr, kernel: readonly number[], options: PoolingOptions = {}): Expr {
  const sizes = spatialSizes('maxPool', x);
  return pooled(x, poolingWindow('maxPool', sizes, kernel, options, POOLING_OPTIONS));
}

/** Positions (int64) of the windows' maxima, counted row-major within their channel; the first among equals. As maxPool. */
export function maxPoolIndices(x: Expr, kernel: readonly number[], options: PoolingOptions = {}): Expr {
  const sizes = spatialSizes('maxPoolIndices', x);
  return makeExpr(maxPoolIndicesOp, [x], poolingWindow('maxPoolIndices', sizes, kernel, options, POOLING_OPTIONS));
}

/** The largest element of each channel: x [N, C, ...s] gives [N, C, 1, ...]. Spatial lengths are numbers. */
export function globalMaxPool(x: Expr): Expr {
  const sizes = spatialSizes('globalMaxPool', x);
  return maxPool(x, sizes);
}
