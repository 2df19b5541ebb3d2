/** A step rule whose steps a schedule scales. */

import { mul } from '@hograd/graph-builder';
import type { Schedule } from '../schedules/schedule.js';
import type { StepRule } from './stepRule.js';

/**
 * The rule along schedule(t)·u: its rates times a factor that the graph works out from its step counter. It scales
 * whatever the rule's rates are, one or many, so `scheduled(cosineSchedule({ steps: 1000 }))(constantRate())` still
 * takes the base rate as an input. Throws what the schedule and the rule throw.
 */
export const scheduled =
  (schedule: Schedule) =>
  (rule: StepRule): StepRule => ({
    name: `scheduled(${rule.name})`,
    update: (step) => {
      const factor = schedule(step.step);
      return rule.update({ ...step, direction: step.direction.map((u) => mul(u, factor)) });
    },
  });
