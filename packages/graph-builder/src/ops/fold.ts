/** Constant folding: an operation whose operands are all small constants becomes a constant. */

import type { Expr } from '../expr.js';
import { elementCount } from '../tensor.js';
import { constant, constantValue, firstUnheld, isConstant, tensor } from './constant.js';

/** Larger results stay nodes: folding them would only make the file bigger. */
const FOLDED_ELEMENTS = 4096;

/**
 * The node's value as a constant where every operand is one and the result is small; else the node itself, as where its integers overflow:
 * what becomes of them is for the runtime to say.
 */
export function foldConstants(node: Expr): Expr {
  if (!node.args.every(isConstant) || node.args.length === 0) return node;
  const shape = node.shape as readonly number[];
  if (!shape.every((d) => typeof d === 'number') || elementCount(shape) > FOLDED_ELEMENTS) return node;
  const data = node.op.evaluate(
    node,
    node.args.map((a) => constantValue(a)!),
    shape,
    Number,
  );
  return firstUnheld(data, node.dtype) < 0 ? constant(tensor(data, shape, node.dtype)) : node;
}
