/** Values that two tensors may share by chance. */

import { isFloat } from '../expr.js';
import type { Tensor } from '../tensor.js';

/**
 * Do all entries of a floating-point tensor of rank 1 or more have one value? Then another may have the same values by chance, and a
 * file that keeps both once does not say that they are tied.
 */
export const isUniform = ({ dtype, shape, data }: Tensor): boolean =>
  isFloat(dtype) && shape.length > 0 && (data as Float64Array).every((value) => value === data[0]);
