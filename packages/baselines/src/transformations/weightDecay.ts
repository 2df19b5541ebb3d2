/** Weight decay. */

import { add, type Input, mul, requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requireNonNegative } from '../state.js';

/** Options of `weightDecay`. */
export interface WeightDecayOptions {
  /** At least 0. */
  readonly decay: number;
  /** Which parameters decay; default all. */
  readonly of?: (parameter: Input) => boolean;
}

/**
 * u = g + decay·θ. At the end of a chain the decay is decoupled, scaled by the rate alone (Loshchilov and Hutter, ICLR
 * 2019); at its start it is the gradient of ½·decay·‖θ‖² and goes through what follows. Throws GraphError for an
 * unknown option and unless `decay` is finite and at least 0.
 */
export const weightDecay = (options: WeightDecayOptions): Direction => {
  requireKnown('weightDecay', options, { decay: true, of: true });
  const { decay, of = () => true } = options;
  requireNonNegative('weightDecay', 'decay', decay);
  return {
    name: 'weightDecay',
    init: () => [],
    update: ({ gradients, parameters }) => ({
      direction: parameters.map((p, i) => (of(p) ? add(gradients[i]!, mul(p, decay)) : gradients[i]!)),
      state: {},
    }),
  };
};
