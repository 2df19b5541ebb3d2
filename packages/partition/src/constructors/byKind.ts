/** One group for each kind of parameter. */

import { KINDS, kinds } from '../kinds.js';
import { byKey, type Partitioning } from './partitioning.js';

/** Groups `weights`, `biases`, `norms`, `embeddings`, told apart by `kinds`; those that would be empty are left out. */
export const byKind: Partitioning = byKey(kinds, KINDS);
