/** Which float32 convolutions are written tap by tap rather than as one node: chosen by shape from docs/ort-kernels.md. */

import type { Dim } from '../dim.js';
import type { Emitter } from '../op.js';
import { convOp } from '../ops/conv.js';
import { convInputOp } from '../ops/convInput.js';
import { convKernelOp } from '../ops/convKernel.js';
import type { ConvolutionAttributes } from './geometry.js';
import { shareOfData } from './taps.js';

/** Measured from so many maps and channels on; with few, a convolution is cheap beside the nodes that it takes tap by tap. */
const WIDE = 64;

/**
 * ONNX Runtime's Conv multiplies one image at a time, padding included. Tap by tap every product covers the whole batch and
 * leaves padding out, and what the products save must pay for moving data: measured to do so for 3×3 kernels on maps of 8×8
 * (84% of the products with data) and smaller, and not on maps of 16×16 (92%).
 */
const MOST_DATA = 0.85;

const isWide = (length: Dim): boolean => typeof length === 'number' && length >= WIDE;

/** Does the graph that holds these operations hold derivatives? A file of a network alone goes to other programs and devices, and keeps its operators. */
export const isDifferentiated = (holds: Emitter['holds']): boolean =>
  holds(convKernelOp) || (holds(convOp) && holds(convInputOp));

/** Is a convolution with kernels w [M, C, ...k], or its adjoint in x, to be written tap by tap and not as Conv or ConvTranspose? */
export const goesByTaps = (
  a: ConvolutionAttributes,
  [maps, channels]: readonly Dim[],
  holds: Emitter['holds'],
): boolean =>
  isDifferentiated(holds) && a.groups === 1 && isWide(maps!) && isWide(channels!) && shareOfData(a) <= MOST_DATA;
