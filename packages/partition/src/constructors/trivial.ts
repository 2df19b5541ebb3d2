/** One group for everything. */

import { byKey, type Partitioning } from './partitioning.js';

/** S = 1: the group `all`. With the gradient as the direction the summary's Newton step is Cauchy's steepest descent. */
export const trivial: Partitioning = byKey((parameters) => parameters.map(() => 'all'));
