/** The short-time Fourier transform (https://onnx.ai/onnx/operators/onnx__STFT.html). */

import { addDims, floorDivideDims, subtractDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { gather } from '../ops/gather.js';
import { iota } from '../ops/iota.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { dft } from './dft.js';

export interface FrameOptions {
  /** Elements of a frame, and from the start of one to the next's. */
  readonly length: number;
  readonly step: number;
  readonly onesided: boolean;
}

/** Transforms of the frames of x [N, T, parts], each times the window [length] where there is one: [N, frames, bins, 2]. */
export const stft = (x: Expr, window: Expr | undefined, { length, step, onesided }: FrameOptions): Expr => {
  const count = addDims(floorDivideDims(subtractDims(x.shape[1]!, length), step), 1);
  const starts = reshape(mul(iota(count), step), [count, 1]);
  const frames = gather(x, add(starts, iota(length)), 1);
  const weighed = window ? mul(frames, reshape(window, [length, 1])) : frames;
  return dft(weighed, 2, { length, inverse: false, onesided });
};
