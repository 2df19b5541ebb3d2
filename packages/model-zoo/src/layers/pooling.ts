/** Pooling layers, and the passage from images to vectors. */

import { globalAveragePool, maxPool as maxPoolOf, reshape } from '@hograd/graph-builder';
import { type Layer, parameterless } from './layer.js';

/** The largest element of every window of size × size, windows `stride` apart (default: size, no overlap). */
export const maxPool = (size: number, stride = size, padding = 0): Layer =>
  parameterless((x) => maxPoolOf(x, [size, size], { strides: [stride, stride], padsBefore: [padding, padding] }));

/** x [N, …] to [N, product of the rest]. */
export const flatten: Layer = parameterless((x) => reshape(x, [x.shape[0]!, -1]));

/** x [N, C, h, w] to the channels' means [N, C]. */
export const spatialMean: Layer = parameterless((x) => {
  const single = x.shape.slice(2).every((length) => length === 1);
  return reshape(single ? x : globalAveragePool(x), x.shape.slice(0, 2));
});
