/** RMSProp: the gradient over the root of its average square. */

import { requireKnown, square } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { movingAverage, requireDecay, requireNonNegative, slotName, slotState, slots } from '../state.js';
import { overRoot } from './preconditioned.js';

/** Options of `rmsprop`. */
export interface RmspropOptions {
  /** Decay of the average squared gradient, in [0, 1). Default 0.99. */
  readonly alpha?: number;
  /** Added to the root, at least 0. Default 1e-8. */
  readonly eps?: number;
}

const SQUARE = 'secondMoment';

/**
 * u = g/(√v + ε) with v ← αv + (1 − α)g² from v = 0, as in PyTorch. State: `secondMoment.NAME` for each parameter.
 * Throws GraphError where an option is unknown or out of its range. Tieleman and Hinton, Coursera lecture 6.5, 2012.
 */
export const rmsprop = (options: RmspropOptions = {}): Direction => {
  requireKnown('rmsprop', options, { alpha: true, eps: true });
  const { alpha = 0.99, eps = 1e-8 } = options;
  requireDecay('rmsprop', 'alpha', alpha);
  requireNonNegative('rmsprop', 'eps', eps);
  return {
    name: 'rmsprop',
    init: (parameters) => slots(SQUARE, parameters),
    update: ({ gradients, parameters, state }) => {
      const second = parameters.map((p, i) => movingAverage(alpha, state[slotName(SQUARE, p)]!, square(gradients[i]!)));
      return {
        direction: gradients.map((g, i) => overRoot(g, second[i]!, eps)),
        state: slotState(SQUARE, parameters, second),
      };
    },
  };
};
