/** A factor that decays geometrically. */

import { exp, mul } from '@hograd/graph-builder';
import { requireShare } from '../state.js';
import type { Schedule } from './schedule.js';

/** factorᵗ: PyTorch's ExponentialLR. Throws GraphError unless `factor` is in (0, 1]. */
export const geometricSchedule = ({ factor }: { readonly factor: number }): Schedule => {
  requireShare('geometricSchedule', 'factor', factor);
  return (step) => exp(mul(step, Math.log(factor)));
};
