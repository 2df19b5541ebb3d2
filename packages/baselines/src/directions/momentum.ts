/** Heavy-ball momentum. */

import { requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requireDecay, slotState, slots } from '../state.js';
import { BUFFER, type MomentumOptions, nextBuffers, requireBeta } from './buffer.js';

/**
 * u = b with b ← βb + (1 − dampening)g, and b = g at the first step, as in PyTorch's SGD. State: `momentum.NAME` for
 * each parameter. Throws GraphError for an unknown option and unless β and dampening are in [0, 1). Polyak, 1964;
 * Sutskever et al., ICML 2013.
 */
export const momentum = (options: MomentumOptions & { readonly dampening?: number } = {}): Direction => {
  requireKnown('momentum', options, { beta: true, dampening: true });
  const beta = requireBeta('momentum', options);
  const { dampening = 0 } = options;
  requireDecay('momentum', 'dampening', dampening);
  return {
    name: 'momentum',
    init: (parameters) => slots(BUFFER, parameters),
    update: (step) => {
      const direction = nextBuffers(beta, dampening, step);
      return { direction, state: slotState(BUFFER, step.parameters, direction) };
    },
  };
};
