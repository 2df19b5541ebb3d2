/** A factor that drops every so many steps. */

import { add, exp, floor, mul, requireKnown } from '@hograd/graph-builder';
import { requireCount, requireShare } from '../state.js';
import type { Schedule } from './schedule.js';

/**
 * factor^⌊t / period⌋: PyTorch's StepLR, a staircase. Throws GraphError for an unknown option and unless `factor` is in
 * (0, 1] and `period` is a whole number of steps.
 */
export const stepSchedule = (options: { readonly factor: number; readonly period: number }): Schedule => {
  requireKnown('stepSchedule', options, { factor: true, period: true });
  const { factor, period } = options;
  requireShare('stepSchedule', 'factor', factor);
  requireCount('stepSchedule', 'period', period);
  // Half a step keeps t / period off the whole numbers, where rounding could decide the floor.
  return (step) => exp(mul(floor(mul(add(step, 0.5), 1 / period)), Math.log(factor)));
};
