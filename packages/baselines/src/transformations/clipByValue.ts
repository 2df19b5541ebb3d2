/** Clipping entry by entry. */

import { maximum, minimum } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requirePositive } from '../state.js';

/** u = min(max(g, −largest), largest), entry by entry. Throws GraphError unless `largest` is positive and finite. */
export const clipByValue = ({ largest }: { readonly largest: number }): Direction => {
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
