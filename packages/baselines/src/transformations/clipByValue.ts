/** Clipping entry by entry. */

import { maximum, minimum, requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requirePositive } from '../state.js';

/**
 * u = min(max(g, −largest), largest), entry by entry. Throws GraphError for an unknown option and unless `largest` is
 * positive and finite.
 */
export const clipByValue = (options: { readonly largest: number }): Direction => {
  requireKnown('clipByValue', options, { largest: true });
  const { largest } = options;
  requirePositive('clipByValue', 'largest', largest);
  return {
    name: 'clipByValue',
    init: () => [],
    update: ({ gradients }) => ({
      direction: gradients.map((g) => minimum(maximum(g, -largest), largest)),
      state: {},
    }),
  };
};
