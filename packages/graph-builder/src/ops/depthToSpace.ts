/** DepthToSpace and SpaceToDepth: blocks of channels as blocks of pixels, and back. */

import { type Dim, divideDimsExactly, multiplyDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import type { Shape } from '../shape.js';
import { reshape } from './reshape.js';
import { transpose } from './transpose.js';

const image = (operation: string, x: Expr): readonly [Dim, Dim, Dim, Dim] => {
  if (x.shape.length !== 4) throw new GraphError(operation, `${describe(x)} is no batch of images [N, C, H, W]`);
  return x.shape as unknown as readonly [Dim, Dim, Dim, Dim];
};

const divided = (operation: string, x: Expr, dim: Dim, by: number): Dim => {
  const quotient = divideDimsExactly(dim, by);
  if (quotient === undefined) throw new GraphError(operation, `${dim} in ${describe(x)} is not a multiple of ${by}`);
  return quotient;
};

/**
 * [N, C·b², H, W] → [N, C, H·b, W·b] with b = `block`. Channels are ordered by their place in the block first (ONNX's DCR), or
 * by the output channel first (CRD, PyTorch's pixel shuffle). Throws GraphError where b² does not divide the channels.
 */
export const depthToSpace = (x: Expr, block: number, blockFirst = true): Expr => {
  const [n, c, h, w] = image('depthToSpace', x);
  const channels = divided('depthToSpace', x, c, block * block);
  const target: Shape = [n, channels, multiplyDims(h, block), multiplyDims(w, block)];
  const [apart, order] = blockFirst
    ? [
        [n, block, block, channels, h, w],
        [0, 3, 4, 1, 5, 2],
      ]
    : [
        [n, channels, block, block, h, w],
        [0, 1, 4, 2, 5, 3],
      ];
  return reshape(transpose(reshape(x, apart as Shape), order as number[]), target);
};

/** [N, C, H·b, W·b] → [N, b²·C, H, W] with b = `block`; undoes depthToSpace. Throws GraphError where b does not divide. */
export const spaceToDepth = (x: Expr, block: number): Expr => {
  const [n, c, h, w] = image('spaceToDepth', x);
  const [rows, columns] = [h, w].map((d) => divided('spaceToDepth', x, d, block)) as [Dim, Dim];
  const apart = reshape(x, [n, c, rows, block, columns, block]);
  return reshape(transpose(apart, [0, 3, 5, 1, 2, 4]), [n, multiplyDims(c, block * block), rows, columns]);
};
