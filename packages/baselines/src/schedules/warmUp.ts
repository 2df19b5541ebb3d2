/** A factor that rises linearly before another schedule begins. */

import { add, less, maximum, mul, requireKnown, sub, where } from '@hograd/graph-builder';
import { requireCount, requireNonNegative } from '../state.js';
import { constantSchedule } from './constant.js';
import type { Schedule } from './schedule.js';

/** Options of `warmUp`. */
export interface WarmUpOptions {
  /** Steps from the first factor to 1, at least 1. */
  readonly steps: number;
  /** The factor of the first step, at least 0; default 1/steps, so that every step moves. */
  readonly first?: number;
}

/**
 * first + (1 − first)·t/steps while t < steps, then `after`, which counts its steps from there (default: constantly 1).
 * Throws GraphError for an unknown option and unless `steps` is a whole number of at least 1 and `first` is at least 0.
 * Goyal et al., arXiv 1706.02677, section 2.2.
 */
export const warmUp = (options: WarmUpOptions, after: Schedule = constantSchedule()): Schedule => {
  requireKnown('warmUp', options, { steps: true, first: true });
  const { steps, first = 1 / steps } = options;
  requireCount('warmUp', 'steps', steps);
  requireNonNegative('warmUp', 'first', first);
  return (step) => {
    const rise = add(mul(step, (1 - first) / steps), first);
    return where(less(step, steps), rise, after(maximum(sub(step, steps), 0)));
  };
};
