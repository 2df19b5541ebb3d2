/** LpPool: the p-norm of each window over the spatial axes (https://onnx.ai/onnx/operators/onnx__LpPool.html). */

import { spatialSizes } from '../convolution/geometry.js';
import { POOLING_OPTIONS, type PoolingOptions, poolingWindow } from '../convolution/pooling.js';
import type { Expr } from '../expr.js';
import { absolutePower, reduceLp, rootOfPowers } from './reduceNorm.js';
import { reshape } from './reshape.js';
import { windowSums } from './windowSums.js';

/**
 * (Σ|x|^p)^(1/p) over each window: x [N, C, ...s] gives [N, C, ...o]; where all elements of a window are 0 the derivative is 0
 * (PyTorch's convention). Throws GraphError where the window does not fit, or p is no whole number of at least 1.
 */
export function lpPool(x: Expr, kernel: readonly number[], p = 2, options: PoolingOptions = {}): Expr {
  const window = poolingWindow('lpPool', spatialSizes('lpPool', x), kernel, options, POOLING_OPTIONS);
  return rootOfPowers(windowSums(absolutePower('lpPool', x, p), window), p);
}

/** (Σ|x|^p)^(1/p) over each channel: x [N, C, ...s] gives [N, C, 1, ...]. Spatial lengths may be symbols. As lpPool. */
export function globalLpPool(x: Expr, p = 2): Expr {
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return reshape(
    reduceLp(x, p, axes),
    x.shape.map((d, axis) => (axis < 2 ? d : 1)),
  );
}
