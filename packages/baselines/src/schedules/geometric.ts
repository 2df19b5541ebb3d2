/** A factor that decays geometrically. */

import { exp, mul, requireKnown } from '@hograd/graph-builder';
import { requireShare } from '../state.js';
import type { Schedule } from './schedule.js';

/** factorᵗ: PyTorch's ExponentialLR. Throws GraphError for an unknown option and unless `factor` is in (0, 1]. */
export const geometricSchedule = (options: { readonly factor: number }): Schedule => {
  requireKnown('geometricSchedule', options, { factor: true });
  const { factor } = options;
  requireShare('geometricSchedule', 'factor', factor);
  return (step) => exp(mul(step, Math.log(factor)));
};
