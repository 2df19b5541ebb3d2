/**
 * If (https://onnx.ai/onnx/operators/onnx__If.html): the branch that its condition picks, where that is known when the file is read; else
 * both, and the results of the one that it picks.
 */

import { describe, type Expr } from '../../../expr.js';
import { reshape } from '../../../ops/reshape.js';
import { where } from '../../../ops/where.js';
import { sameShape, unequalLengths } from '../../../shape.js';
import type { Importer, ImportNode } from '../../importer.js';
import { type Imported, isSequence } from '../../sequences.js';
import { knownDimsOf } from '../known.js';

const CURE =
  'export the model with fixed shapes, so that the condition is a constant, or give both branches results of one shape';

/** Fails unless the branches' results are tensors alike, of which either can stand in for the other. */
const picked = (n: ImportNode, condition: Expr, [yes, no]: readonly [Imported, Imported]): Expr => {
  if (isSequence(yes) || isSequence(no))
    return n.fail(`picks between sequences by a condition that is computed from data; ${CURE}`);
  if (!sameShape(yes.shape, no.shape) || yes.dtype !== no.dtype)
    return n.fail(
      `picks between ${describe(yes)} and ${describe(no)} by a condition that is computed from data ("${n.operands[0]}"); ${CURE}`,
      unequalLengths(yes.shape, no.shape),
    );
  return where(condition, yes, no);
};

/**
 * A branch that a known condition does not pick is not looked at. With a condition computed from data both branches are computed, also where
 * the one that is not picked gives infinities: its derivative is then NaN, as behind Where.
 */
export const conditional: Importer = (n) => {
  const condition = n.input(0);
  const known = knownDimsOf(condition);
  if (known && known.length !== 1) return n.fail(`needs one truth value, got ${known.length}`);
  const branch = (name: string): readonly Imported[] => n.subgraph(name).import([]);
  if (typeof known?.[0] === 'number') return branch(known[0] === 0 ? 'else_branch' : 'then_branch');
  if (!condition.shape.every((d) => d === 1)) return n.fail(`needs one truth value, got ${describe(condition)}`);
  const [yes, no] = [branch('then_branch'), branch('else_branch')];
  if (yes.length !== no.length) return n.fail(`has branches of ${yes.length} and ${no.length} results`);
  const one = reshape(condition, []);
  return yes.map((value, i) => picked(n, one, [value, no[i]!]));
};
