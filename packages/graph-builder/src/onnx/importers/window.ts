/** Window attributes of convolution and pooling nodes: kernel, strides, dilations, padding given or automatic. */

import { extent, type WindowOptions } from '../../convolution/geometry.js';
import type { Expr } from '../../expr.js';
import type { ImportNode } from '../importer.js';

export type WindowAttributes = Required<WindowOptions>;

/** Total padding on one axis in two parts; the odd one goes at the end for SAME_UPPER, at the start for SAME_LOWER. */
export const splitPadding = (total: number, upper: boolean): readonly [number, number] => {
  const [smaller, larger] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return upper ? [smaller, larger] : [larger, smaller];
};

/** Lengths of the spatial axes of an operand; ends the import where one is a symbol. */
export const knownSizes = (n: ImportNode, x: Expr): readonly number[] =>
  x.shape
    .slice(2)
    .map((d, i) => (typeof d === 'number' ? d : n.fail(`has a spatial axis ${i} of unknown length "${d}"`)));

/** Padding that makes ⌈size / stride⌉ windows (`auto_pad` SAME_UPPER, SAME_LOWER), [before, after] on one axis. */
const samePadding = (size: number, stride: number, length: number, upper: boolean): readonly [number, number] => {
  const windows = Math.ceil(size / stride);
  return splitPadding(Math.max((windows - 1) * stride + length - size, 0), upper);
};

/** Attributes with ONNX's defaults, `auto_pad` worked out for the given input lengths. */
export const windowAttributes = (
  n: ImportNode,
  sizes: readonly number[],
  kernel: readonly number[],
): WindowAttributes => {
  const rank = kernel.length;
  if (rank !== sizes.length) return n.fail(`has a kernel of ${rank} axes for ${sizes.length} spatial axes`);
  const strides = n.ints('strides') ?? kernel.map(() => 1);
  const dilations = n.ints('dilations') ?? kernel.map(() => 1);
  const auto = n.string('auto_pad', 'NOTSET');
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const pads = sizes.map((size, i) =>
      samePadding(size, strides[i]!, extent(kernel[i]!, dilations[i]!), auto === 'SAME_UPPER'),
    );
    return { strides, dilations, padsBefore: pads.map((p) => p[0]), padsAfter: pads.map((p) => p[1]) };
  }
  const pads = auto === 'VALID' ? undefined : n.ints('pads');
  const zeros = kernel.map(() => 0);
  return {
    strides,
    dilations,
    padsBefore: pads?.slice(0, rank) ?? zeros,
    padsAfter: pads?.slice(rank) ?? zeros,
  };
};
