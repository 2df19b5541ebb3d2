/** Clipping by the norm of all tensors together. */

import { minimum, mul, reciprocal, requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { globalNorm } from '../products.js';
import { requirePositive } from '../state.js';

/**
 * u = g·min(1, largest/‖g‖), the Euclidean norm over all parameters: longer gradients are shortened to `largest`,
 * shorter ones stay. Throws GraphError for an unknown option and unless `largest` is positive and finite. Pascanu,
 * Mikolov and Bengio, ICML 2013, algorithm 1.
 */
export const clipByNorm = (options: { readonly largest: number }): Direction => {
  requireKnown('clipByNorm', options, { largest: true });
  const { largest } = options;
  requirePositive('clipByNorm', 'largest', largest);
  return {
    name: 'clipByNorm',
    init: () => [],
    update: ({ gradients }) => {
      // At ‖g‖ = 0 the quotient is infinite and the minimum 1.
      const share = minimum(mul(reciprocal(globalNorm(gradients)), largest), 1);
      return { direction: gradients.map((g) => mul(g, share)), state: {} };
    },
  };
};
