/** Constant folding: an operation whose operands are all small constants becomes a constant. */

import type { Expr } from '../expr.js';
import type { Value } from '../op.js';
import { elementCount } from '../tensor.js';
import { constant, constantValue, firstUnheld, isConstant, tensor } from './constant.js';

/** Larger results stay nodes: folding them would only make the file bigger. */
const FOLDED_ELEMENTS = 4096;

/**
 * The node's value for values of its operands, all of known shape, as its type holds it; undefined where its integers overflow: what becomes
 * of them is for the runtime to say.
 */
export const foldedValue = (node: Expr, args: readonly Value[]): Value | undefined => {
  const shape = node.shape as readonly number[];
  const data = node.op.evaluate(node, args, shape, Number);
  if (firstUnheld(data, node.dtype) >= 0) return undefined;
  return { shape, data: node.dtype === 'float32' ? data.map(Math.fround) : data };
};

/**
 * The node's value as a constant where every operand is one and the result is small; else the node itself, as where its integers overflow.
 */
export function foldConstants(node: Expr): Expr {
  if (!node.args.every(isConstant) || node.args.length === 0) return node;
  const shape = node.shape as readonly number[];
  if (!shape.every((d) => typeof d === 'number') || elementCount(shape) > FOLDED_ELEMENTS) return node;
  const value = foldedValue(
    node,
    node.args.map((a) => constantValue(a)!),
  );
  return value ? constant(tensor(value.data, shape, node.dtype)) : node;
}
