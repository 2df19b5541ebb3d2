/** Nesterov's momentum. */

import { add, mul, requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { slotState, slots } from '../state.js';
import { BUFFER, type MomentumOptions, nextBuffers, requireBeta } from './buffer.js';

/**
 * u = g + βb with b ← βb + g: momentum that looks one step ahead, in the form of PyTorch's SGD(nesterov=True). State:
 * `momentum.NAME` for each parameter. Throws GraphError for an unknown option and unless β is in [0, 1). Sutskever et
 * al., ICML 2013, equations 3–4.
 */
export const nesterov = (options: MomentumOptions = {}): Direction => {
  requireKnown('nesterov', options, { beta: true });
  const beta = requireBeta('nesterov', options);
  return {
    name: 'nesterov',
    init: (parameters) => slots(BUFFER, parameters),
    update: (step) => {
      const buffers = nextBuffers(beta, 0, step);
      return {
        direction: buffers.map((buffer, i) => add(step.gradients[i]!, mul(buffer, beta))),
        state: slotState(BUFFER, step.parameters, buffers),
      };
    },
  };
};
