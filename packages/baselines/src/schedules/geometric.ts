/** A factor that decays geometrically. */

import { exp, mul } from '@hograd/graph-builder';
import type { Schedule } from './schedule.js';
import { requireFactor } from './steps.js';

/** factorᵗ: PyTorch's ExponentialLR. Throws GraphError unless `factor` is in (0, 1]. */
export const geometricSchedule = ({ factor }: { readonly factor: number }): Schedule => {
  requireFactor('geometricSchedule', factor);
  return (step) => exp(mul(step, Math.log(factor)));
};
