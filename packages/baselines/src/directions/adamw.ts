/** AdamW: Adam with decoupled weight decay. */

import { add, mul } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requireNonNegative } from '../state.js';
import { type AdamOptions, adam } from './adam.js';

/**
 * u = Adam's direction + weightDecay·θ (default 0.01): the decay passes by the moments, and a rate scales both. State as Adam's.
 * Throws GraphError where an option is out of its range. Loshchilov and Hutter, ICLR 2019, algorithm 2.
 */
export const adamw = (options: AdamOptions & { readonly weightDecay?: number } = {}): Direction => {
  const { weightDecay = 0.01, ...moments } = options;
  requireNonNegative('adamw', 'weightDecay', weightDecay);
  const inner = adam(moments);
  return {
    name: 'adamw',
    init: inner.init,
    update: (step) => {
      const { direction, state } = inner.update(step);
      return { direction: direction.map((u, i) => add(u, mul(step.parameters[i]!, weightDecay))), state };
    },
  };
};
