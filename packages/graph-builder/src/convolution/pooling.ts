/** Windows of pooling: options with their defaults, and the rule that rounds the number of windows up. */

import { GraphError } from '../error.js';
import type { OptionNames } from '../options.js';
import { elementCount } from '../tensor.js';
import { extent, outputSizes, WINDOW_OPTIONS, type Window, type WindowOptions, windowOf } from './geometry.js';

/** More windows, or elements in one, than this is a damaged file: pooling lists them while the graph is built. */
const MOST_POSITIONS = 2 ** 24;

/** Options of pooling; one entry a spatial axis. Strides default to 1. */
export interface PoolingOptions extends WindowOptions {
  /** Keep a last window that hangs over the end, if it starts inside the input or the padding before it (default false). */
  readonly ceil?: boolean;
}

export const POOLING_OPTIONS: OptionNames<PoolingOptions> = { ...WINDOW_OPTIONS, ceil: true };

/**
 * The window of a pooling operation, the overhang of its last windows counted as padding after. Throws GraphError where
 * padding reaches the window's length (a window could then hold no element), where the window is longer than the input, and as `windowOf`.
 */
export const poolingWindow = <Options extends PoolingOptions>(
  operation: string,
  sizes: readonly number[],
  kernel: readonly number[],
  options: Options,
  known: OptionNames<Options>,
): Window => {
  const window = roundedWindow(operation, sizes, windowOf(operation, kernel, options, known), options.ceil ?? false);
  const outputs = outputSizes(sizes, window);
  const absurd = [outputs, kernel].some((lengths) => elementCount(lengths) > MOST_POSITIONS);
  if (absurd || outputs.some((o) => o < 1)) {
    throw new GraphError(
      operation,
      `windows of [${kernel.join(', ')}] over spatial lengths [${sizes.join(', ')}] number [${outputs.join(', ')}]; there must be one on each axis, and at most ${MOST_POSITIONS} windows of at most as many elements`,
    );
  }
  return window;
};

const roundedWindow = (operation: string, sizes: readonly number[], window: Window, ceil: boolean): Window => {
  const { kernel } = window;
  const lengths = kernel.map((k, i) => extent(k, window.dilations[i]!));
  if (
    kernel.length !== sizes.length ||
    lengths.some((l, i) => Math.max(window.padsBefore[i]!, window.padsAfter[i]!) >= l)
  ) {
    throw new GraphError(
      operation,
      `a window of [${kernel.join(', ')}] over spatial lengths [${sizes.join(', ')}] needs as many entries, and less padding than its own length`,
    );
  }
  if (!ceil) return window;
  const padsAfter = window.padsAfter.map((after, i) => {
    const [size, before, stride] = [sizes[i]!, window.padsBefore[i]!, window.strides[i]!];
    const steps = Math.ceil((size + before + after - lengths[i]!) / stride);
    const last = steps * stride >= size + before ? steps - 1 : steps;
    return Math.max(after, last * stride + lengths[i]! - size - before);
  });
  return { ...window, padsAfter };
};
