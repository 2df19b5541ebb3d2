/** If, where its condition is known when the file is read: the branch that it picks stands in the node's place. */

import type { Importer } from '../../importer.js';
import { knownDims } from '../known.js';

const CURE =
  'export the model with fixed shapes, so that the condition is a constant, or compute both branches and pick with Where';

/** The branch that the condition picks; the other is not looked at. Fails where the condition is computed from data. */
export const conditional: Importer = (n) => {
  const condition = knownDims(n, 0, CURE);
  if (condition.length !== 1) return n.fail(`needs one truth value, got ${condition.length}`);
  if (typeof condition[0] !== 'number') return n.fail(`depends on the symbolic length ${condition[0]}; ${CURE}`);
  return n.subgraph(condition[0] === 0 ? 'else_branch' : 'then_branch').import([]);
};
