/** Which float32 convolutions are written tap by tap rather than as one node: chosen by shape, from docs/ort-kernels.md. */

import type { Dim } from '../dim.js';
import type { ConvolutionAttributes } from './geometry.js';
import { shareOfData } from './taps.js';

/** Below this many maps or channels a product is too small to outweigh the nodes that a convolution takes tap by tap. */
const WIDE = 64;

/**
 * ONNX Runtime's Conv multiplies one image at a time, padding included. Tap by tap every product covers the whole batch and
 * leaves padding out: faster where maps are so small that a quarter of the products, or more, would be with zeros.
 */
const MOST_DATA = 0.75;

const isWide = (length: Dim): boolean => typeof length === 'number' && length >= WIDE;

/** Is a convolution with kernels w [M, C, ...k], or its adjoint in x, faster tap by tap than as Conv or ConvTranspose? */
export const fasterByTaps = (a: ConvolutionAttributes, [maps, channels]: readonly Dim[]): boolean =>
  a.groups === 1 && isWide(maps!) && isWide(channels!) && shareOfData(a) <= MOST_DATA;
