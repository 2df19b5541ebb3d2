/** Weights in one group, biases in another. */

import { role } from '../kinds.js';
import { byKey, type Partitioning } from './partitioning.js';

/** Groups `weights` and `biases`, told apart by `role`; one group only where the tuple has no tensor of the other. */
export const weightsBiases: Partitioning = byKey(
  (parameters) => parameters.map((parameter) => (role(parameter) === 'weight' ? 'weights' : 'biases')),
  ['weights', 'biases'],
);
