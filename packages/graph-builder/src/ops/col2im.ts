/** Col2Im: overlapping blocks added up to an image (https://onnx.ai/onnx/operators/onnx__Col2Im.html, PyTorch's fold). */

import { outputSizes, WINDOW_OPTIONS, type Window, type WindowOptions, windowOf } from '../convolution/geometry.js';
import { type Dim, divideDimsExactly, multiplyDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { elementCount } from '../tensor.js';
import { cast } from './cast.js';
import { equal } from './compare.js';
import { convInput } from './convInput.js';
import { iota } from './iota.js';
import { reshape } from './reshape.js';
import { transpose } from './transpose.js';

/** Do the blocks cover the image side by side? */
const areTiles = (sizes: readonly number[], outputs: readonly number[], window: Window): boolean =>
  sizes.every(
    (size, i) =>
      window.dilations[i] === 1 &&
      window.padsBefore[i] === 0 &&
      window.strides[i] === window.kernel[i] &&
      size === outputs[i]! * window.kernel[i]!,
  );

/** Kernels [Π block, 1, ...block], each with a 1 in a place of its own. */
const oneTapKernels = (x: Expr, block: readonly number[]): Expr => {
  const taps = iota(elementCount(block));
  return reshape(cast(equal(reshape(taps, [-1, 1]), taps), x.dtype), [-1, 1, ...block]);
};

/**
 * x [N, C·Π block, L], each of its L columns one block of each channel, added up to [N, C, ...sizes]. Blocks are counted row-major,
 * and so are the places in them; strides, padding and dilations say where they lie, as in `conv`, of whose windows this is the
 * adjoint. N and C may be symbols. Throws GraphError where x does not fit.
 */
export function col2im(x: Expr, sizes: readonly number[], block: readonly number[], options: WindowOptions = {}): Expr {
  const window = windowOf('col2im', block, options, WINDOW_OPTIONS);
  const outputs = outputSizes(sizes, window);
  const taps = elementCount(block);
  const [batch, rows, columns] = x.shape as readonly [Dim, Dim, Dim];
  const channels = x.shape.length === 3 ? divideDimsExactly(rows, taps) : undefined;
  if (channels === undefined || outputs.some((o) => o < 1) || columns !== elementCount(outputs)) {
    throw new GraphError(
      'col2im',
      `${describe(x)} is not [N, C·${taps}, L] of blocks [${block.join(', ')}] in an image of [${sizes.join(', ')}], which has [${outputs.join(', ')}] of them`,
    );
  }
  if (areTiles(sizes, outputs, window)) {
    const apart = reshape(x, [batch, channels, ...block, ...outputs]);
    const axes = block.flatMap((_, i) => [2 + block.length + i, 2 + i]);
    return reshape(transpose(apart, [0, 1, ...axes]), [batch, channels, ...sizes]);
  }
  const blocks = reshape(x, [multiplyDims(batch, channels), taps, ...outputs]);
  return reshape(convInput(blocks, oneTapKernels(x, block), sizes, options), [batch, channels, ...sizes]);
}
