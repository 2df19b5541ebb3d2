/** The schedule that never changes. */

import { constant } from '@hograd/graph-builder';
import { requireNonNegative } from '../state.js';
import type { Schedule } from './schedule.js';

/** The same factor at every step, 1 unless said. Throws GraphError unless it is finite and at least 0. */
export const constantSchedule = (factor = 1): Schedule => {
  requireNonNegative('constantSchedule', 'factor', factor);
  return (step) => constant(factor, step.dtype);
};
