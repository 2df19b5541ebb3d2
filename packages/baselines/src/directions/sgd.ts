/** Gradient descent's direction: the gradient itself. */

import type { Direction } from '../direction.js';

/** u = g, without state. With a batch drawn at random this is stochastic gradient descent (Robbins and Monro, 1951). */
export const sgd = (): Direction => ({
  name: 'sgd',
  init: () => [],
  update: ({ gradients }) => ({ direction: gradients, state: {} }),
});
