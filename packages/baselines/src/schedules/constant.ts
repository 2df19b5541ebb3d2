/** The schedule that never changes. */

import { constant } from '@hograd/graph-builder';
import type { Schedule } from './schedule.js';

/** The same factor at every step, 1 unless said. */
export const constantSchedule =
  (factor = 1): Schedule =>
  (step) =>
    constant(factor, step.dtype);
